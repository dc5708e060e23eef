/** An answer of the service that is not a success, as views show it. */
import { t } from "./i18n.js";

/** @typedef {{message?: string, errors?: Record<string, string[]>}} ErrorBody */

/** An answer that is not a success; `status` 0 means that none came. */
export class ApiError extends Error {
  /** @param {number} status @param {ErrorBody | null} [body] @param {Headers | null} [headers] */
  constructor(status, body = null, headers = null) {
    super(body?.message ?? `HTTP ${status}`);
    this.status = status;
    this.errors = body?.errors ?? {};
    this.code = this.errors.code?.[0] ?? null;
    const wait = Number(headers?.get("Retry-After"));
    this.retryAfter = Number.isFinite(wait) && wait > 0 ? wait : 5;
  }

  /** Whether the same request may succeed later without any change. */
  get isPassing() {
    // The last: the first try of the same post is still under way.
    return (
      this.status === 0 ||
      this.status === 408 ||
      this.status === 429 ||
      this.status >= 500 ||
      this.code === "idempotency_in_progress"
    );
  }

  /** A sentence for people. */
  get sentence() {
    if (this.status === 0) return t("error.offline");
    if (this.status === 401) return t("error.signedOut");
    if (this.status === 429) return t("error.tooMany", { count: this.retryAfter });
    if (this.status >= 500) return t("error.server");
    const first = Object.entries(this.errors).find(([field]) => field !== "code")?.[1]?.[0];
    if (first) return first;
    if (this.status === 413) return t("error.tooLarge");
    if (this.status === 404) return t("error.notFound");
    if (this.status === 403) return t("error.forbidden");
    return this.message;
  }
}
