/** People as they stand beside what they say: a picture and a name. */
import { classes, html, useState } from "../../core.js";
import { pathOf } from "../../paths.js";
import { stripBidi } from "../../text.js";

/** Neighbouring ids get colours far apart. @param {string} key */
const hue = (key) =>
  ([...key].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) * 137) % 360;

/**
 * What may be loaded of an avatar's address: our own pictures by path, as the service has several names, others over
 * https.
 *
 * @param {string | null | undefined} address
 */
const pictureOf = (address, url = address ?? "") =>
  /\/api\/v1\/files\/[0-9a-z]{26}\/download$/.test(url ?? "") ? pathOf(url) : /^https:/.test(url ?? "") ? url : "";

/**
 * `seed` gives the colour where there is no picture.
 *
 * @param {{name?: string, url?: string | null, seed: string, size?: string}} props
 */
export function Avatar({ name, url, seed, size = "" }) {
  const [isBroken, setBroken] = useState(false);
  const first = Array.from((name ?? "").trim())[0] ?? "?";
  const source = pictureOf(url);
  if (source && !isBroken) {
    return html`
      <img
        class=${classes("avatar", size)}
        src=${source}
        alt=""
        loading="lazy"
        referrerpolicy="no-referrer"
        onError=${() => setBroken(true)}
      />`;
  }
  return html`
    <span class=${classes("avatar", size)} style=${{ "--hue": hue(seed) }} aria-hidden="true">
      ${first.toLocaleUpperCase()}
    </span>`;
}

/** Somebody's name: its own direction, and no marks that turn its neighbours. @param {{children?: string}} props */
export const Name = ({ children }) => html`<bdi>${stripBidi(children)}</bdi>`;
