"""Detect a file's media type from its bytes.

The name that the client sends only distinguishes kinds of text: it can make a text more dangerous, never less.
"""

import re
from pathlib import Path, PurePosixPath

import filetype
from django.conf import settings

HEAD_BYTES = 64 * 1024
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"

# Programs and scripts, which are denied while FILES_DENIED_TYPES is empty.
DENIED_BY_DEFAULT = (
    "application/x-msdownload",
    "application/x-executable",
    "application/x-mach-binary",
    "application/wasm",
    "application/java-archive",
    "application/java-vm",
    "application/vnd.android.package-archive",
    "application/vnd.android.dex",
    "application/vnd.android.dey",
    "application/x-ms-shortcut",
    "application/x-msi",
    "application/x-deb",
    "application/x-rpm",
    "application/x-google-chrome-extension",
    "application/x-shockwave-flash",
    "application/x-bat",
    "application/x-powershell",
    "application/x-httpd-php",
    "application/hta",
    "application/x-applescript",
    "text/x-script",
    "text/x-shellscript",
    "text/x-python",
    "text/x-perl",
    "text/x-ruby",
    "text/javascript",
    "text/vbscript",
)

_MAGIC = (
    (b"\x7fELF", "application/x-executable"),
    (b"\xfe\xed\xfa\xce", "application/x-mach-binary"),
    (b"\xfe\xed\xfa\xcf", "application/x-mach-binary"),
    (b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    # Fat Mach-O and Java classes share it; both are programs.
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (b"\x00asm", "application/wasm"),
)
# An animated AVIF, which the ``filetype`` library does not know.
_ANIMATED_AVIF = b"ftypavis"
_INTERPRETERS = (
    (b"python", "text/x-python"),
    (b"perl", "text/x-perl"),
    (b"ruby", "text/x-ruby"),
    (b"node", "text/javascript"),
    (b"php", "application/x-httpd-php"),
    (b"sh", "text/x-shellscript"),
)
_SCRIPT_SUFFIXES = {
    ".bat": "application/x-bat",
    ".cmd": "application/x-bat",
    ".ps1": "application/x-powershell",
    ".psm1": "application/x-powershell",
    ".sh": "text/x-shellscript",
    ".bash": "text/x-shellscript",
    ".zsh": "text/x-shellscript",
    ".command": "text/x-shellscript",
    ".py": "text/x-python",
    ".pyw": "text/x-python",
    ".pl": "text/x-perl",
    ".rb": "text/x-ruby",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".cjs": "text/javascript",
    ".jse": "text/javascript",
    ".wsf": "text/vbscript",
    ".vbs": "text/vbscript",
    ".vbe": "text/vbscript",
    ".php": "application/x-httpd-php",
    ".phtml": "application/x-httpd-php",
    ".hta": "application/hta",
    ".scpt": "application/x-applescript",
    ".applescript": "application/x-applescript",
}
# Kinds of plain text that cannot be told apart by their bytes.
_TEXT_SUFFIXES = {".csv": "text/csv", ".md": "text/markdown", ".json": "application/json", ".ics": "text/calendar"}

_MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|style|title|meta|link|base|object|embed|form|img|a|p|div|table|br|h1"
    rb"|b|!--)[\s/>]|<!--",
    re.IGNORECASE,
)
_SVG = re.compile(rb"<(?:\w+:)?svg[\s/>]", re.IGNORECASE)
_BAT = re.compile(rb"\A\s*@echo\s+(?:off|on)\b", re.IGNORECASE)
_TEXT_CONTROLS = frozenset(b"\t\n\r\x0c\x1b\x08")


def sniff(path: Path, client_name: str) -> str:
    """Return the media type of the file at ``path``.

    ``client_name``'s suffix distinguishes kinds of text.
    """
    with path.open("rb") as source:
        head = source.read(HEAD_BYTES)
    for magic, mime in _MAGIC:
        if head.startswith(magic):
            return mime
    is_text = _is_text(head)
    if is_text:
        return _text_type(head, PurePosixPath(client_name).suffix.lower())
    if head[4:12] == _ANIMATED_AVIF:
        return "image/avif"
    kind = filetype.guess(head)
    if kind is None:
        return UNKNOWN
    return _zip_type(head) if kind.mime == "application/zip" else str(kind.mime)


def is_denied(mime: str) -> bool:
    """Return whether files of type ``mime`` are refused.

    FILES_DENIED_TYPES, or the default list, has types and wildcards such as ``image/*``.
    """
    denied = settings.FILES_DENIED_TYPES or DENIED_BY_DEFAULT
    return mime in denied or f"{mime.split('/')[0]}/*" in denied


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decodes(head, "utf-16")
    if any(byte < 32 and byte not in _TEXT_CONTROLS for byte in set(head)):
        return False
    return not head.startswith((b"%PDF-", b"{\\rtf", b"%!PS")) and _decodes(head, "utf-8")


def _decodes(head: bytes, encoding: str) -> bool:
    for cut in range(4):  # The head may end inside a character.
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _text_type(head: bytes, suffix: str) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) // 2 * 2].decode("utf-16", "ignore").encode()
    head = head.removeprefix(b"\xef\xbb\xbf")
    if head.startswith(b"#!"):
        line = head.split(b"\n", 1)[0]
        return next((mime for word, mime in _INTERPRETERS if word in line), "text/x-script")
    if b"<?php" in head:
        return "application/x-httpd-php"
    if _BAT.match(head):
        return "application/x-bat"
    if suffix in _SCRIPT_SUFFIXES:
        return _SCRIPT_SUFFIXES[suffix]
    if _SVG.search(head):
        return "image/svg+xml"
    stripped = head.lstrip()
    if stripped.startswith(b"<?xml"):
        return "application/xhtml+xml" if b"http://www.w3.org/1999/xhtml" in head else "text/xml"
    # Only markup at the start makes it HTML, because plain text may mention tags.
    if _MARKUP.match(stripped) or suffix in (".html", ".htm", ".xhtml"):
        return "text/html"
    return _TEXT_SUFFIXES.get(suffix, TEXT)


def _zip_type(head: bytes) -> str:
    """Distinguish Android and Java programs from other ZIP files.

    Looks at the names in ``head``; nothing is unpacked.
    """
    if b"AndroidManifest.xml" in head or b"classes.dex" in head:
        return "application/vnd.android.package-archive"
    if b"META-INF/MANIFEST.MF" in head:
        return "application/java-archive"
    return "application/zip"
