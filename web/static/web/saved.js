/** The messages that this person saved for later. */
import * as api from "./api.js";
import { app } from "./state.js";

/** @import { ListedMessageListAnswer } from "../../schema" */

/** The last ones are known by their marks; whatever is older is in the list. */
const KNOWN = 100;

/** Read which messages are saved. */
export async function loadSaved() {
  /** @type {Promise<ListedMessageListAnswer>} */
  const asked = api.get("/me/saved-messages", { limit: KNOWN });
  const answer = await asked.catch(() => null);
  if (answer) app.set({ saved: new Set(answer.data.map(({ id }) => id)) });
}

/** Save a message for later, or take it from the list. @param {string} id @param {boolean} isSaved */
export async function setSaved(id, isSaved) {
  await (isSaved ? api.put(`/me/saved-messages/${id}`) : api.remove(`/me/saved-messages/${id}`));
  const saved = new Set(app.state.saved);
  if (isSaved) saved.add(id);
  else saved.delete(id);
  app.set({ saved });
}
