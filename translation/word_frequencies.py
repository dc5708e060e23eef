"""How frequent words are in a language, by wordfreq's lists."""


def frequencies(code: str) -> dict[str, float]:
    """Return the share of each word among all words of texts in the language ``code``; empty where there is no list.

    Reads the list each time, in up to 0.1 s: keep what you need of it.
    """
    # Imported here, because it takes 0.2 to 0.4 s, and most commands never ask.
    import wordfreq

    return wordfreq.get_frequency_dict(code, "small") if code in wordfreq.available_languages("small") else {}
