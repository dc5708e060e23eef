"""Patterns of what machines read.

Paths, names of files, commands, formulas, identifiers and addresses.

Every quantifier that could backtrack is bounded, because texts are untrusted.
"""

_BEFORE = r"(?<![A-Za-z0-9_])"
_AFTER = r"(?![A-Za-z0-9_])"

# --- paths and names of files -----------------------------------------------------------------------------------------

_EXTENSION = (
    r"(?:txt|md|rst|rtf|pdf|docx?|xlsx?|pptx?|od[tsp]|csv|tsv|jsonl?|ya?ml|toml|ini|cfg|conf|log|xml|html?|css|s[ac]ss|less|[cm]?jsx?|tsx?"
    r"|vue|py|ipynb|rb|php|java|kts?|swift|[ch]|cpp|hpp|cs|go|rs|lua|sh|bash|zsh|ps1|bat|sql|db|sqlite3?|zip|tar|t?gz|bz2|xz|7z|rar"
    r"|exe|msi|dmg|apk|ipa|deb|rpm|iso|jar|whl|png|jpe?g|gif|svg|webp|bmp|ico|heic|psd|mp[34]|m4[av]|wav|ogg|flac|mov|avi|mkv|webm"
    r"|ttf|woff2?|ics|eml|env|lock|bak|tmp|po|mo|tmx|srt)"
)
_WINDOWS = rf"{_BEFORE}[A-Za-z]:\\(?:[^\\/:*?\"<>|\n]{{1,80}}\\){{0,20}}[A-Za-z0-9_.$~-]{{0,80}}(?<!\.)"
WINDOWS_SHARE = r"\\\\[A-Za-z0-9.-]{1,63}(?:\\[A-Za-z0-9_.$-]{1,80}){1,20}"
_SEGMENTS = r"(?:[A-Za-z0-9._@+%-]{1,80}/)"
_LAST = r"(?:[A-Za-z0-9._@+%-]{0,80}(?<!\.))"
_RELATIVE = rf"(?<![A-Za-z0-9_./~])(?:~|\.{{1,2}})/{_SEGMENTS}{{0,20}}{_LAST}"
# "/help" alone is a command of a chat where it begins a line.
_ABSOLUTE = rf"(?<![A-Za-z0-9_./~<])/{_SEGMENTS}{{1,20}}{_LAST}?|(?<![^\n])/[a-z][a-z0-9_-]{{1,40}}(?![^\s])"
_FILE = (
    rf"(?<![A-Za-z0-9_.@/-])(?:[A-Za-z0-9_.-]{{1,80}}/){{0,12}}[A-Za-z0-9_-]{{1,80}}(?:\.[A-Za-z0-9_-]{{1,20}}){{0,3}}"
    rf"\.{_EXTENSION}(?![A-Za-z0-9_-]|\.[A-Za-z0-9])"
)
_DOT_FILE = (
    r"(?<![A-Za-z0-9_.])\.(?:env|git(?:ignore|attributes)?|bash(?:rc|_profile)|zshrc|profile|vimrc|npmrc|editorconfig|dockerignore|htaccess)"
    r"(?![A-Za-z0-9_-])"
)

# --- commands ---------------------------------------------------------------------------------------------------------

_FLAG = r"--?[A-Za-z][A-Za-z0-9_-]{0,40}(?:=[^\s,;\x80-\U0010ffff]{1,80})?"
# A word that can only be a command's: it has a sign in it.
_WORD_OF_COMMAND = (
    r"(?:[A-Za-z0-9@~./_-]{1,80}[@~/_:=][A-Za-z0-9@~./_:=*^-]{0,80}(?<![.:])|[A-Za-z0-9_-]{1,80}\.[a-z0-9]{1,5}|\.{1,2}|~)"
    r"(?![A-Za-z0-9])"
)
_ARGUMENT = rf"(?: (?:{_FLAG}|{_WORD_OF_COMMAND}|main|master|develop|HEAD)(?![A-Za-z0-9_-]))"
# A plain word behind a command that takes a name; these go on with the sentence instead.
_NAME = (
    r"(?: (?!(?:is|are|was|were|the|a|an|and|or|to|in|on|for|with|of|it|this|that|then|first|again|before|after|now|please|when"
    r"|because|but|from|as|at|by|if|so|will|can|does|did|has|had|not|fails?|failed|works?|worked|yang|dan|di|ke|dulu|lagi|untuk|atau)(?![A-Za-z0-9_]))"
    r"[A-Za-z][A-Za-z0-9_-]{0,60})"
)
_TOOLS = (
    r"(?:npm|npx|yarn|pnpm|bun|pipx?|pip3|uv|poetry|conda|brew|apt|apt-get|dnf|yum|pacman|choco|winget|git|gh|docker|docker-compose"
    r"|podman|kubectl|helm|terraform|ansible|cargo|gem|bundle|composer|dotnet|mvn|gradle|systemctl|journalctl)"
)
_VERB = (
    r"(?:install|i|add|ci|init|uninstall|remove|rm|run|exec|create|update|upgrade|build|test|start|stop|restart|reload|status|enable|disable"
    r"|pull|push|clone|checkout|switch|commit|merge|rebase|fetch|stash|log|diff|reset|revert|tag|branch|compose|apply|get|describe|logs"
    r"|delete|publish|sync|lock|up|down|ps|images|search|list|show|mod|fmt|vet|plan|destroy|tap|require|dlx|prune)"
)
_COMMAND = "|".join(
    (
        rf"{_BEFORE}(?:sudo )?{_TOOLS}(?: {_VERB}){{1,2}}(?![A-Za-z0-9_-])(?:{_ARGUMENT}{{1,12}}|{_NAME}{_ARGUMENT}{{0,12}})?",
        rf"{_BEFORE}(?:sudo )?(?:curl|wget|ssh|scp|rsync|chmod|chown|mkdir|rm|cp|mv|cat|tail|grep|python3?|node|make|cd|ls)"
        rf"{_ARGUMENT}{{1,12}}",
    )
)
_VARIABLE = (
    rf"(?<![A-Za-z0-9_$])\$[A-Za-z_][A-Za-z0-9_]{{0,60}}{_AFTER}|(?<![A-Za-z0-9_%])%[A-Z][A-Z0-9_]{{1,40}}%{_AFTER}"
)

# --- identifiers ------------------------------------------------------------------------------------------------------

_HEX = "[0-9A-Fa-f]"
_UUID = rf"{_BEFORE}{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}{_AFTER}"
# A commit or digest.
_HASH = rf"{_BEFORE}(?:sha(?:1|256|512):)?(?=[0-9]{{0,64}}[a-f])(?=[a-f]{{0,64}}[0-9])[0-9a-f]{{7,128}}{_AFTER}"
_TICKET = rf"{_BEFORE}[A-Z][A-Z0-9]{{1,9}}-[0-9]{{1,10}}(?:-[A-Z0-9]{{1,12}}){{0,4}}(?![A-Za-z0-9_-])"
# An account, a tracking number: letters among three figures or more, but no figure with its unit.
_ACCOUNT = (
    rf"{_BEFORE}(?=[0-9]{{0,60}}[A-Za-z])(?![0-9]{{1,60}}[A-Za-z]{{1,6}}{_AFTER})(?=(?:[A-Za-z]{{0,20}}[0-9]){{3}})"
    rf"[0-9A-Za-z]{{5,64}}{_AFTER}"
)
_ISSUE = (
    rf"(?<![A-Za-z0-9_./-])[A-Za-z0-9][A-Za-z0-9_.-]{{0,60}}/[A-Za-z0-9_.-]{{1,80}}[#!@][0-9A-Fa-f]{{1,40}}{_AFTER}"
    rf"|(?<![A-Za-z0-9_/])[ru]/[A-Za-z0-9_]{{2,30}}(?![A-Za-z0-9_/])"
)
_MAC = rf"(?<![A-Za-z0-9_:.])(?:{_HEX}{{2}}[:-]){{5}}{_HEX}{{2}}(?![A-Za-z0-9_:-])"
_IPV6 = (
    rf"(?<![A-Za-z0-9_:.])(?=[0-9A-Fa-f:]{{0,39}}::|(?:{_HEX}{{1,4}}:){{7}})(?=:{{0,2}}{_HEX})[0-9A-Fa-f:]{{3,39}}(?:\.[0-9]{{1,3}}){{0,3}}"
    r"(?:%[A-Za-z0-9]{1,16})?(?:/[0-9]{1,3})?(?![A-Za-z0-9_:])"
)
_IPV4 = r"(?<![A-Za-z0-9_.,])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5}|/[0-9]{1,2})(?![A-Za-z0-9_.])"
# Schemes whose links have no "//".
_URI = (
    rf"{_BEFORE}(?:magnet|geo|nostr|tel|sms|smsto|urn|bitcoin|ethereum|lightning|sips?|xmpp|matrix|doi|isbn|spotify|tg|viber|skype|callto"
    r"|facetime|data(?=:[a-z]+/)|javascript|mid|cid|did|ipfs|steam)"
    r":[A-Za-z0-9+?@/][A-Za-z0-9\-._~:/?#@!$&()*+,;=%]{1,2000}"
)
_HANDLE = r"(?<![A-Za-z0-9_@./])@[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"

# --- formulas and code ------------------------------------------------------------------------------------------------

DOLLAR_FORMULA = (
    r"\$\$[^$\n]{1,400}\$\$"
    r"|(?<![A-Za-z0-9_$])\$(?=[^\s$])(?=[^$\n]{0,200}[\\^_=+<>{]|[A-Za-z]\$)[^$\n]{1,200}(?<=[^\s$])\$(?![A-Za-z0-9_$])"
)
# Words in escaped brackets are no formula.
ESCAPED_FORMULA = (
    r"\\\((?![^\\\n]{0,400}[A-Za-z]{3,20} [A-Za-z]{3})(?:[^\n\\]|\\[^)\n]){1,400}\\\)"
    r"|\\\[(?![^\\\n]{0,400}[A-Za-z]{3,20} [A-Za-z]{3})(?:[^\n\\]|\\[^\]\n]){1,400}\\\]"
)
# Below a blank line, as in Markdown; a list goes on there.
INDENTED = r"(?<=\n\n)(?: {4}|\t)[ \t]*(?!(?:[-*+\u2022]|[0-9]{1,3}[.)])[ \t])[^\s][^\n]*(?:\n{1,3}(?: {4}|\t)[^\n]*)*"

# Nearly every word is none of these, and this tells so at once.
_IS_NO_WORD = r"(?=[A-Za-z_]{1,80}[0-9/\\:.@-]|[0-9]{1,64}[A-Za-z/:._-])"
_WORDLIKE = "|".join((_URI, _WINDOWS, _MAC, _UUID, _IPV6, _IPV4, _FILE, _TICKET, _HASH, _ISSUE, _ACCOUNT))
# Patterns with the characters that they begin with.
LITERALS: tuple[tuple[str, str], ...] = (
    ("~.", _RELATIVE),
    ("/", _ABSOLUTE),
    (".", _DOT_FILE),
    ("$%", _VARIABLE),
    ("@", _HANDLE),
    (":", _IPV6),
    ("a-z", _COMMAND),
    ("_", _FILE),
    ("A-Za-z0-9", f"{_IS_NO_WORD}(?:{_WORDLIKE})"),
)
