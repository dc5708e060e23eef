from django.urls import URLPattern, path

from accounts.api import proof_views, social_views, token_views, views
from accounts.api.flavours import flavoured

urlpatterns: list[URLPattern] = [
    path("auth/web/csrf", views.Csrf.as_view()),
    *flavoured("register", views.Register),
    *flavoured("login", views.Login),
    *flavoured("otp", proof_views.RequestCode),
    *flavoured("otp/verify", proof_views.VerifyCode),
    *flavoured("forgot-password", proof_views.ForgotPassword),
    *flavoured("reset-password", proof_views.ResetPassword),
    *flavoured("change-password", proof_views.ChangePassword),
    *flavoured("logout", views.Logout),
    *flavoured("social/accounts", social_views.SocialAccounts),
    *flavoured("social/<str:provider>/redirect", social_views.SocialRedirect),
    *flavoured("social/<str:provider>/callback", social_views.SocialCallback),
    *flavoured("social/<str:provider>/link", social_views.SocialLink),
    *flavoured("social/<str:provider>/link/callback", social_views.SocialLinkCallback),
    *flavoured("social/<str:provider>/unlink", social_views.SocialUnlink),
    path("auth/email/verify/<int_id:user_id>/<str:email_hash>", proof_views.VerifyEmail.as_view()),
    path("auth/email/verification-notification", proof_views.SendVerification.as_view()),
    path("me", views.Me.as_view()),
    path("me/export", views.Export.as_view()),
    path("me/export/file", views.ExportFile.as_view()),
    path("me/tokens", token_views.Tokens.as_view()),
    path("me/tokens/<int_id:token_id>", token_views.Token.as_view()),
    path("me/sessions", token_views.Sessions.as_view()),
    path("me/sessions/<ulid:session_id>", token_views.OneSession.as_view()),
]
