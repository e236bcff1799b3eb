"""Libraries that cut text into words, for programs that learn vectors of them: nltk and jieba."""

import re
from collections.abc import Iterator
from typing import Any

from .finder import Contents

WORD = re.compile(r"[\u4e00-\u9fff]{1,2}|[^\W\u4e00-\u9fff]+|[^\w\s]")
SENTENCE = re.compile(r"[^.!?]+[.!?]*")
STOPPED = ("a", "an", "and", "in", "is", "it", "of", "the", "to")


def words(text: str, *_: Any, **__: Any) -> list[str]:
    """Return the words and marks of a text; of Chinese, two characters at a time."""
    return WORD.findall(text)


def places(text: str, *_: Any, **__: Any) -> Iterator[tuple[str, int, int]]:
    """Yield each word with its first place in the text and the one after its last."""
    return ((found.group(), found.start(), found.end()) for found in WORD.finditer(text))


def sentences(text: str, *_: Any, **__: Any) -> list[str]:
    """Return the sentences of a text."""
    return [found.strip() for found in SENTENCE.findall(text) if found.strip()]


class StopWords:
    """The commonest words, of whatever language."""

    @staticmethod
    def words(*_: Any) -> list[str]:
        """Return some of them."""
        return list(STOPPED)


_OF_NLTK = {"word_tokenize": words, "wordpunct_tokenize": words, "sent_tokenize": sentences}
WORDS: Contents = {
    "nltk": _OF_NLTK,
    "nltk.tokenize": _OF_NLTK,
    "nltk.corpus": {"stopwords": StopWords},
    "jieba": {"cut": words, "lcut": words, "tokenize": places},
}
