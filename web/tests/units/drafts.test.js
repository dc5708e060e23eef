/** Drafts: at once in this tab, a moment later with the service, and whatever other devices wrote. */
import { ApiError } from "/static/web/api_error.js";
import { Drafts } from "/static/web/drafts.js";
import { equal, until } from "./checks.js";

const A = "01jx000000000000000000000a";

/** A service that keeps drafts. */
function service() {
  const rows = new Map();
  const state = { isGone: false, calls: 0 };
  const answer = (/** @type {() => unknown} */ work) => {
    state.calls += 1;
    return state.isGone ? Promise.reject(new ApiError(0)) : Promise.resolve(work());
  };
  const call = {
    put: (path, { content, parent_message_id: parent }) =>
      answer(() => {
        const row = {
          conversation_id: path.split("/").pop(),
          workspace_id: null,
          parent_message_id: parent,
          content,
          updated_at: new Date().toISOString(),
        };
        rows.set(row.conversation_id, row);
        return { data: row };
      }),
    remove: (path) => answer(() => rows.delete(path.split("/").pop())),
    all: () => answer(() => [...rows.values()]),
  };
  return { call, rows, state };
}

export const tests = {
  async "many keys are one request"() {
    const { call, rows, state } = service();
    const drafts = new Drafts({ call, saveAfter: 1 });
    for (const text of ["H", "He", "Hel"]) drafts.keep(A, null, text);
    equal(drafts.contentOf(A), "Hel");
    await until(() => rows.get(A)?.content === "Hel", "kept");
    equal(state.calls, 1);
  },
  async "an emptied draft is deleted"() {
    const { call, rows } = service();
    const drafts = new Drafts({ call, saveAfter: 1 });
    drafts.keep(A, null, "Hello");
    await until(() => rows.size === 1, "kept");
    drafts.keep(A, null, "");
    await until(() => rows.size === 0, "deleted");
    equal(drafts.all.length, 0);
  },
  async "without a connection it stays here and is sent later"() {
    const { call, rows, state } = service();
    const drafts = new Drafts({ call, saveAfter: 1 });
    state.isGone = true;
    drafts.keep(A, null, "Hello");
    await until(() => state.calls === 1, "refused");
    equal(drafts.contentOf(A), "Hello");
    state.isGone = false;
    await drafts.refresh();
    equal(rows.get(A).content, "Hello");
  },
  async "another device's draft is read, and one's own newer one is kept"() {
    const { call, rows } = service();
    const [here, there] = [new Drafts({ call, saveAfter: 1 }), new Drafts({ call, saveAfter: 1000 })];
    here.keep(A, null, "From here");
    await until(() => rows.size === 1, "kept");
    await there.changedElsewhere(A, null);
    equal(there.contentOf(A), "From here");
    there.keep(A, null, "Newer");
    await there.changedElsewhere(A, null);
    equal(there.contentOf(A), "Newer");
    there.forget();
    equal(there.all.length, 0);
  },
};
