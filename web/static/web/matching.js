/** Finding names by a few typed letters: without case, accents and width, by initials, in kana as in Latin letters. */

const KANA =
  "あaいiうuえeおoかkaきkiくkuけkeこkoさsaしshiすsuせseそsoたtaちchiつtsuてteとtoなnaにniぬnuねneのno" +
  "はhaひhiふfuへheほhoまmaみmiむmuめmeもmoやyaゆyuよyoらraりriるruれreろroわwaゐiゑeをoんnがgaぎgiぐguげgeごgo" +
  "ざzaじjiずzuぜzeぞzoだdaぢjiづzuでdeどdoばbaびbiぶbuべbeぼboぱpaぴpiぷpuぺpeぽpoゔvuぁaぃiぅuぇeぉo";
/** @type {Map<string, string>} */
const ROMAJI = new Map([...KANA.matchAll(/(\p{Script=Hiragana})([a-z]+)/gu)].map(([, kana, latin]) => [kana, latin]));
/** @type {Record<string, string>} */
const SMALL = { ゃ: "a", ゅ: "u", ょ: "o" };
/** Letters that no decomposition takes apart. @type {Record<string, string>} */
const BARE = { ø: "o", ł: "l", đ: "d", ð: "d", ħ: "h", ı: "i", ŧ: "t", æ: "ae", œ: "oe", þ: "th", ß: "ss" };
/** The first Chinese character, by its sound, of each Latin letter that a syllable of Mandarin begins with. */
const FIRST_OF_LETTER = "阿a八b嚓c哒d妸e发f旮g哈h讥j咔k垃l痳m拏n噢o妑p七q呥r扨s它t穵w夕x丫y帀z".match(/../gu) ?? [];
const bySound = new Intl.Collator("zh-u-co-pinyin");

/** @param {string} text without case, accents and width, in hiragana where it was in katakana */
export const fold = (text) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/gu, "")
    .normalize("NFC")
    .replace(/[øłđðħıŧæœþß]/gu, (letter) => BARE[letter])
    .replace(/[\u30a1-\u30f6]/gu, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));

/** A folded text with its kana in Latin letters, and long vowels as short ones. @param {string} folded */
function inLatin(folded) {
  if (!/\p{Script=Hiragana}/u.test(folded)) return folded;
  let latin = "";
  let isDoubled = false;
  for (const letter of folded) {
    if (letter === "っ") isDoubled = true;
    else if (SMALL[letter]) {
      const isPlain = /(?:sh|ch|j)i$/u.test(latin);
      latin = latin.replace(/i$/u, "") + (isPlain ? "" : "y") + SMALL[letter];
    } else if (letter !== "ー") {
      const sound = ROMAJI.get(letter) ?? letter;
      latin += isDoubled ? sound[0] + sound : sound;
      isDoubled = false;
    }
  }
  return latin;
}

/** @param {string} latin */
const shortVowels = (latin) => latin.replace(/ou/gu, "o").replace(/([aeiou])\1/gu, "$1");

/** The letter with which a Chinese character's sound in Mandarin begins. @param {string} character */
function letterOf(character) {
  if (!/\p{Script=Han}/u.test(character)) return character;
  let letter = character;
  for (const [first, latin] of FIRST_OF_LETTER) {
    if (bySound.compare(character, first) < 0) break;
    letter = latin;
  }
  return letter;
}

/** @param {string} folded */
const wordsOf = (folded) => folded.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

/** First letters: of words, and of the characters of Chinese names. @param {string} folded */
function initialsOf(folded) {
  const words = wordsOf(folded);
  return words
    .map((word) => (/^\p{Script=Han}+$/u.test(word) ? [...word].map(letterOf).join("") : [...word][0]))
    .join("");
}

/** Whether the letters of `query` stand in `word` in this order, beginning with its first. */
function isSpread(/** @type {string} */ query, /** @type {string} */ word) {
  let at = 0;
  for (const letter of query) {
    const index = word.indexOf(letter, at);
    if (index < 0 || (at === 0 && index > 0)) return false;
    at = index + 1;
  }
  return true;
}

/** @param {string} query @param {string} name both folded */
function scoreOfFolded(query, name) {
  if (name === query) return 100;
  if (name.startsWith(query)) return 80;
  const words = wordsOf(name);
  const wanted = wordsOf(query);
  if (wanted.length && wanted.every((part) => words.some((word) => word.startsWith(part)))) return 60;
  const initials = initialsOf(name);
  if (initials.length > 1 && initials.startsWith(query)) return 50;
  if (name.includes(query)) return 40;
  if (query.length > 2 && words.some((word) => isSpread(query, word))) return 20;
  return 0;
}

/**
 * How well `query` finds `name`: more is better, 0 is not at all.
 *
 * @param {string} query
 * @param {string} name
 */
export function scoreOf(query, name) {
  const wanted = fold(query).trim();
  if (!wanted) return 1;
  const folded = fold(name);
  const score = scoreOfFolded(wanted, folded);
  const [latinWanted, latinName] = [inLatin(wanted), inLatin(folded)];
  if (latinWanted === wanted && latinName === folded) return score;
  return Math.max(score, scoreOfFolded(shortVowels(latinWanted), shortVowels(latinName)) * 0.9);
}
