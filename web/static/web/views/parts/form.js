/** Forms and their fields, with what the service says against them. */
import { ApiError } from "../../api_error.js";
import { classes, html, useState } from "../../core.js";
import { Icon } from "./icons.js";

/** @import { Children, On } from "../../../../types" */

let lastField = 0;

/**
 * What a field is; the rest are attributes of its element.
 *
 * @typedef {{
 *   label: string, hint?: string, as?: "input" | "select" | "textarea", children?: Children,
 * } & Record<string, unknown>} Input
 */

/** A labelled field; its errors are read aloud too. @param {Input & {errors?: string[]}} props */
export function Field({ label, hint, errors, as = "input", children, ...rest }) {
  const [id] = useState(() => `field-${(lastField += 1)}`);
  const description = errors?.length ? `${id}-error` : hint ? `${id}-hint` : undefined;
  const attributes = {
    id,
    "aria-describedby": description,
    "aria-invalid": errors?.length ? "true" : undefined,
    ...rest,
  };
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      ${
        as === "select"
          ? html`
            <select ...${attributes}>${children}</select>`
          : as === "textarea"
            ? html`
              <textarea ...${attributes}></textarea>`
            : html`
              <input ...${attributes} />`
      }
      ${
        hint &&
        !errors?.length &&
        html`
          <p class="hint" id=${`${id}-hint`}>
            ${hint}
          </p>`
      }
      ${
        Boolean(errors?.length) &&
        html`
          <p class="field-error" id=${`${id}-error`} role="alert">
            ${errors?.join(" ")}
          </p>`
      }
    </div>`;
}

/**
 * A form: `submit` gets its values; errors of the answer stand at their fields, others above the button.
 *
 * @param {{
 *   submit: (values: Record<string, string>, form: HTMLFormElement) => Promise<unknown>, button: string,
 *   fields: (Input & {name: string})[], children?: Children, class?: string, after?: Children, danger?: boolean,
 *   disabled?: boolean,
 * }} props
 */
export function Form({ submit, button, fields, children, class: more, after, danger, disabled }) {
  const [errors, setErrors] = useState(/** @type {Record<string, string[]>} */ ({}));
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  /** @param {On<HTMLFormElement>} event */
  const onSubmit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    const form = event.currentTarget;
    const values = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));
    setBusy(true);
    setProblem("");
    try {
      await submit(values, form);
      setErrors({});
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setErrors(error.status === 422 ? error.errors : {});
      setProblem(problemOf(error, fields));
    } finally {
      setBusy(false);
    }
  };
  return html`
    <form class=${classes("form", more)} onSubmit=${onSubmit} novalidate>
      ${fields.map(
        (field) => html`
          <${Field} key=${field.name} ...${field} errors=${errors[field.name]} />`,
      )}
      ${children}
      ${
        problem &&
        html`
          <p class="form-error" role="alert">
            <${Icon} name="warn" /> ${problem}
          </p>`
      }
      <div class="form-end">
        <button
          class=${classes("button primary", danger && "danger")}
          disabled=${isBusy || disabled}
          aria-busy=${isBusy}
        >
          ${button}
        </button>
        ${after}
      </div>
    </form>`;
}

/** What no field of the form shows. @param {ApiError} error @param {{name: string}[]} fields */
function problemOf(error, fields) {
  if (error.status === 403) return error.message;
  if (error.status !== 422) return error.sentence;
  const elsewhere = Object.entries(error.errors).filter(([name]) => fields.every((field) => field.name !== name));
  return elsewhere.flatMap(([, sentences]) => sentences).join(" ");
}
