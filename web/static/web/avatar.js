/** The picture that a person shows to everybody. */
import * as api from "./api.js";
import { app } from "./state.js";

/** @import { User } from "../../types" */

/** Pixels a side. */
const SIDE = 256;

/** Show this picture, cut to a small square; null shows none. @param {File | null} file */
export async function changePicture(file) {
  if (!file) {
    await api.remove("/me/avatar");
    return app.set({ me: { ...app.state.me, avatar_url: null } });
  }
  const { id } = await api.upload(await squared(file), () => {}).done;
  /** @type {User} */
  const me = await api.put("/me/avatar", { file_id: id });
  return app.set({ me });
}

/** The middle of a picture; a file that the browser cannot draw is left for the service to judge. @param {File} file */
export async function squared(file) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return file;
  const side = Math.min(picture.width, picture.height);
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  canvas.getContext("2d")?.drawImage(picture, left, top, side, side, 0, 0, SIDE, SIDE);
  /** @type {Blob | null} */
  const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  return small ? new File([small], "avatar.png", { type: "image/png" }) : file;
}
