/** What is typed into a search: words, and filters such as `from:"Ann Baker"` that the service reads too. */

const FILTER = /(?<!\S)(from|in|has|before|after|is):(?:"([^"]*)"|(\S+))/giu;

/** @typedef {{text: string, kind: string, value: string}} SearchFilter `text`: as it stands in the query */

/** The filters of a query, in order. @param {string} query @returns {SearchFilter[]} */
export const filtersIn = (query) =>
  [...query.matchAll(FILTER)].map(([text, kind, quoted, bare]) => ({
    text,
    kind: kind.toLowerCase(),
    value: quoted ?? bare ?? "",
  }));

/** What a query looks for besides its filters. @param {string} query */
export const wordsIn = (query) => query.replace(FILTER, " ").replace(/\s+/gu, " ").trim();

/** The query without one of its filters. @param {string} query @param {string} text as it stands there */
export const withoutFilter = (query, text) => {
  const at = query.indexOf(text);
  if (at < 0) return query;
  return `${query.slice(0, at)}${query.slice(at + text.length)}`.replace(/\s+/gu, " ").trimStart();
};

/**
 * The query with one more filter: a day takes the place of the one before, others stand beside each other.
 *
 * @param {string} query
 * @param {string} kind
 * @param {string} value
 */
export function withFilter(query, kind, value) {
  const text = `${kind}:${/[\s"]/u.test(value) ? `"${value.replaceAll('"', "")}"` : value}`;
  const isOnce = kind === "before" || kind === "after";
  const rest = filtersIn(query)
    .filter((filter) => (isOnce && filter.kind === kind) || filter.text === text)
    .reduce((words, filter) => withoutFilter(words, filter.text), query);
  return `${rest.trim()} ${text} `.trimStart();
}
