/** The fields of the ways in, and what each way may change. */
import { t } from "../../i18n.js";

/**
 * @typedef {{
 *   setWay: (way: Way) => void, address: string, setAddress: (address: string) => void, onDone: () => void,
 * }} WayIn
 */
/** @typedef {"password" | "code" | "register" | "forgot"} Way */

/** @param {Record<string, unknown>} [more] */
export const email = (more = {}) => ({
  name: "email",
  type: "email",
  label: t("signin.email"),
  autocomplete: "email",
  inputmode: "email",
  required: true,
  ...more,
});

/** @param {string} name @param {string} label @param {string} autocomplete */
export const password = (name, label, autocomplete) => ({
  name,
  type: "password",
  label,
  autocomplete,
  required: true,
});
