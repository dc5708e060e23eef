from django.apps import AppConfig


class TranslationConfig(AppConfig):
    name = "translation"

    def ready(self) -> None:
        from translation import notices

        notices.register()

    def warm_up(self) -> None:
        """Load the language detector and the phrasebook.

        It takes seconds, for which the first post would wait.
        """
        from translation.detection import source_language

        source_language("A line that is long enough to be looked at", declared=None, sender_language="th")
