"""Tell an answer that got stuck: a model that says the same again and again."""

import re

# Looked for only where few of the neighbouring pairs of letters are different ones, because the search takes long.
_LEAST_LENGTH, _LONGEST, _SAME = 12, 4000, 0.6
_WORDS = re.compile(r"(?<!\w)(\w{2,30})(?:[\s,.!?、。，！？]+\1(?!\w)){4,}")
_LETTERS = re.compile(r"([^\W\d_]{2,12}?)\1{4,}")
_SENTENCES = re.compile(r"(\S.{5,80}?)(?:\s{0,3}\1){2,}")
_SHORT = re.compile(r"([^\W\d_]{1,12}?)(?:[\s,]{0,2}\1){3,}")
_LAUGH = re.compile(r"(?:[hjkx]?[aeiou]h?|wk|ฮ่?า|哈|呵|嘻|は|ふ|へ|ハ|フ|w|lo|555)+", re.IGNORECASE)


def is_stuck(source: str, answer: str) -> bool:
    """Return whether ``answer`` repeats words or sentences, and ``source`` does not."""
    if not _LEAST_LENGTH <= len(answer) <= _LONGEST:
        return False
    pairs = {answer[index : index + 2] for index in range(len(answer) - 1)}
    if len(pairs) > _SAME * len(answer):
        return False
    stuck = next((found for pattern in (_WORDS, _LETTERS, _SENTENCES) if (found := pattern.search(answer))), None)
    if stuck is None or len(set(stuck[1])) == 1 or _LAUGH.fullmatch(stuck[1].strip()):
        return False
    return not (_SHORT.search(source) or _SENTENCES.search(source))
