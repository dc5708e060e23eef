"""Pending mail: in the reader's language, retried, and never lost with its worker or its server."""

import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tasks
from accounts.models import OutgoingMail, User
from accounts.tests.helpers import code_in, link_in, new_mail, post

pytestmark = pytest.mark.django_db

SUBJECTS = {
    "en": ("Your sign-in code", "Verify your email address", "Reset your password"),
    "zh-CN": ("您的登录验证码", "请验证您的电子邮件地址", "重置您的密码"),
    "ja": ("サインインコード", "メールアドレスの確認", "パスワードの再設定"),
    "th": ("รหัสเข้าสู่ระบบของคุณ", "ยืนยันอีเมลของคุณ", "รีเซ็ตรหัสผ่านของคุณ"),
    "id": ("Kode masuk Anda", "Verifikasi alamat email Anda", "Atur ulang kata sandi Anda"),
}
ENGLISH = re.compile(r"\b(the|your|this|you|for|works?)\b", re.I)


@pytest.mark.parametrize("language", SUBJECTS)
def test_every_mail_comes_in_the_accounts_language_as_text_and_html(
    owner: User, as_owner: APIClient, language: str
) -> None:
    User.objects.filter(pk=owner.pk).update(preferred_language=language)
    post("auth/app/otp", {"email": owner.email})
    post("auth/email/verification-notification", {}, as_owner)
    post("auth/app/forgot-password", {"email": owner.email})
    sent = new_mail()
    assert tuple(message.subject for message in sent) == SUBJECTS[language]
    for message in sent:
        html = message.alternatives[0].content
        assert (message.to, message.alternatives[0].mimetype) == ([owner.email], "text/html")
        assert f'<html lang="{language}">' in html
        secret = code_in(message) if message is sent[0] else link_in(message)
        assert secret.replace("&", "&amp;") in html
        sentences = [line for line in message.body.splitlines() if line and "://" not in line]
        assert all(line.replace("'", "&#x27;") in html for line in sentences if line not in ("-- ", "Rosetta"))
        assert bool(ENGLISH.search(" ".join(sentences))) is (language == "en")


def test_the_clients_own_language_comes_first(owner: User) -> None:
    post("auth/app/otp", {"email": owner.email}, **{"Accept-Language": "ja"})
    assert new_mail()[0].subject == SUBJECTS["ja"][0]


@pytest.mark.parametrize("header", ["*", "fr", "", "fr, th;q=0", "th;q=x"])
def test_a_client_that_asks_for_no_language_of_ours_gets_the_accounts(owner: User, header: str) -> None:
    User.objects.filter(pk=owner.pk).update(preferred_language="ja")
    post("auth/app/otp", {"email": owner.email}, **{"Accept-Language": header})
    assert new_mail()[0].subject == SUBJECTS["ja"][0]


def test_nothing_that_a_stranger_typed_is_mailed() -> None:
    person = {"name": "Win at evil.example", "email": "v@example.com", "password": "a long sentence"}
    post("auth/app/register", {**person, "password_confirmation": person["password"]})
    message = new_mail()[0]
    assert "evil.example" not in message.body + message.alternatives[0].content
    assert link_in(message).replace("&", "&amp;") in message.alternatives[0].content


class MailServer(socketserver.ThreadingTCPServer):
    """As much SMTP as Django speaks.

    Refuses recipients with ``refusal`` while one is set.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.refusal = ""
        self.received: list[str] = []


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            match line.split(" ")[0].upper():
                case "RCPT" if self.server.refusal:
                    self.say(self.server.refusal)
                case "DATA":
                    self.say("354 go on")
                    text = ""
                    while (part := self.rfile.readline().decode()) != ".\r\n":
                        text += part
                    self.server.received.append(text)
                    self.say("250 kept")
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 fine")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mail_server(settings: LazySettings) -> Iterator[MailServer]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def test_a_mail_goes_out_once_over_smtp(owner: User, mail_server: MailServer) -> None:
    post("auth/app/otp", {"email": owner.email})
    assert [tasks.send_owed_mail(), tasks.send_owed_mail()] == [1, 0]
    (raw,) = mail_server.received
    assert message_from_string(raw)["To"] == owner.email
    assert not OutgoingMail.objects.exists()


def test_a_passing_refusal_is_tried_again_later(owner: User, mail_server: MailServer) -> None:
    post("auth/app/otp", {"email": owner.email})
    mail_server.refusal = "451 try again"
    tasks.send_owed_mail()
    assert tasks.send_owed_mail() == 0  # not at once
    mail_server.refusal = ""
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        assert tasks.send_owed_mail() == 1
    assert len(mail_server.received) == 1


def test_a_lasting_refusal_ends_the_mail(owner: User, mail_server: MailServer) -> None:
    post("auth/app/otp", {"email": owner.email})
    mail_server.refusal = "550 nobody here"
    tasks.send_owed_mail()
    assert not OutgoingMail.objects.exists()


def test_a_server_that_is_away_delays_the_mail(owner: User, settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", unused.getsockname()[1]
        assert post("auth/app/otp", {"email": owner.email}).status_code == 200
        tasks.send_owed_mail()
    assert OutgoingMail.objects.get().attempts == 1


def test_a_mail_that_came_too_late_is_dropped(owner: User) -> None:
    post("auth/app/otp", {"email": owner.email})
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert new_mail() == []
    assert not OutgoingMail.objects.exists()


def test_a_worker_that_died_leaves_its_mail_to_the_next(owner: User) -> None:
    post("auth/app/otp", {"email": owner.email})
    OutgoingMail.objects.update(due_at=timezone.now() + tasks.LEASE, attempts=1)  # claimed, then silence
    assert new_mail() == []
    with time_machine.travel(timezone.now() + tasks.LEASE):
        assert len(new_mail()) == 1


def test_embedded_mail_is_written_to_files(owner: User, settings: LazySettings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", tmp_path
    for email in (owner.email, "other@example.com"):
        post("auth/app/otp", {"email": email})
    tasks.send_owed_mail()
    texts = [file.read_text() for file in tmp_path.iterdir()]
    # Django names a file after the second and an object's address: two messages may share one.
    recipients = re.findall(r"^To: (.*)$", "".join(texts), re.MULTILINE)
    assert sorted(recipients) == [owner.email, "other@example.com"]
