"""What is installed and what the rows say of it.

English to Thai and back, unless a test names others.
"""

from datetime import timedelta

from django.utils import timezone

from translation.engines.model_files import best_models
from translation.local_models import fetching
from translation.models import LocalModel

TH, FROM_TH = ("en", "th"), ("th", "en")


def installed() -> set[tuple[str, str]]:
    return set(best_models(fetching.models_folder()))


def row(pair: tuple[str, str] = TH) -> LocalModel:
    return LocalModel.objects.get(source=pair[0], target=pair[1])


def fetch_again() -> int:
    """Fetch as if the pauses were over."""
    LocalModel.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    return fetching.fetch_due()
