/** What a file is, by its media type: how it is shown, and its icon. */

/** @import { IconName } from "../parts/icons.js" */
/** @typedef {"picture" | "video" | "sound" | "sheet" | "words" | "box" | "other"} Kind */

/** Only what a browser shows or plays without running it: no SVG. @type {[RegExp, Kind][]} */
const KINDS = [
  [/^image\/(?:png|jpeg|gif|webp|avif)$/u, "picture"],
  [/^video\/(?:mp4|webm|ogg|quicktime)$/u, "video"],
  [/^audio\/(?:mpeg|mp4|ogg|wav|x-wav|webm|flac|x-flac|aac|x-m4a)$/u, "sound"],
  [/spreadsheet|excel|csv/u, "sheet"],
  [/^text\/|pdf|word|opendocument\.text|rtf|json|xml/u, "words"],
  [/zip|tar|compressed|gzip|rar|bzip/u, "box"],
];
/** @type {Record<Kind, IconName>} */
export const ICONS = {
  picture: "picture",
  video: "film",
  sound: "music",
  sheet: "sheet",
  words: "words",
  box: "box",
  other: "file",
};

/** @param {string} type @returns {Kind} */
export const kindOf = (type) => KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? "other";
