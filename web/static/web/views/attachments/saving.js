/** Saving an attachment that only a token opens. */
import { blobOf } from "../../api.js";
import { withToast } from "../../toasts.js";

/** @import { Attachment } from "../../../../types" */

/** @param {Attachment} row */
export async function saveFile(row) {
  const url = await withToast(() => blobOf(row.download_url));
  if (!url) return;
  Object.assign(document.createElement("a"), { href: url, download: row.client_name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
