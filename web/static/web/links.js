/**
 * Where a link ends, in a text of any script. The service has the same rules (`translation/protection/links.py`);
 * `tests/text_cases.json` holds both to one table.
 */

const WORD = "\\p{L}\\p{M}\\p{N}_";
// Scripts without blanks between words, in which a sentence goes on right behind a link.
const DENSE =
  "\\u0e00-\\u0eff\\u1000-\\u109f\\u1100-\\u11ff\\u1780-\\u17ff\\u2e80-\\ud7ff" +
  "\\uf900-\\ufaff\\uff00-\\uffef\\u{20000}-\\u{3ffff}";
const ASCII = "[A-Za-z0-9\\-._~:\\/?#@!$&'()*+,;=%|\\[\\]]";
const SPACED = `(?![\\x00-\\x7f${DENSE}])[${WORD}]`;
// What stands between two signs of an address: "/カテゴリ/".
const ENCLOSED = `(?<=[\\/=])(?:(?![\\x00-\\x7f])[${WORD}]){1,60}(?=\\/|\\?[A-Za-z]|[&#=][A-Za-z])`;
// A title, or a path on a host whose name is in another script. Hiragana is what Japanese sentences go on with.
const TITLE = `(?![\\x00-\\x7f\\u3041-\\u309f])[${WORD}]`;
export const REST = `(?:${ASCII}|${SPACED}|${ENCLOSED}|(?<=\\/wiki\\/)(?:${TITLE})+)*`;

// Top-level domains in scripts without blanks, behind which a sentence may go on.
const TLDS =
  "中国|中國|香港|台灣|台湾|澳門|新加坡|公司|网络|網路|网址|网站|网店|集团|世界|商城|商店|在线|中文网|我爱你|游戏|企业|娱乐|购物|餐厅|手机|移动" +
  "|机构|政务|政府|公益|广东|慈善|时尚|健康|信息|みんな|コム|グーグル|ストア|セール|ファッション|ポイント|クラウド|ไทย|คอม|한국|닷컴|닷넷";
const LABEL = `[\\p{L}\\p{N}][${WORD}\\-]{0,62}`;
const HOST =
  `(?=[A-Za-z0-9.\\-]{0,200}(?![\\x00-\\x7f])[\\p{L}\\p{N}_])(?:${LABEL}\\.){1,4}` +
  `(?:${TLDS}|(?:(?![${DENSE}])\\p{L}){2,24}(?![A-Za-z0-9\\-]))`;
/** What follows "https://": a host in another script and any path, or a host and what is certainly its path. */
export const AFTER_SCHEME =
  `(?:${HOST}(?::[0-9]{1,5})?(?:[\\/?#](?:${ASCII}|${TITLE})*)?` + `|(?:${ASCII}|${SPACED})${REST})`;
