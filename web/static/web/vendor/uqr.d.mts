/** Types of what the client uses of the vendored library. */
export interface QrCode {
  size: number;
  /** Rows of dark modules. */
  data: boolean[][];
}
export function encode(text: string, options?: { ecc?: "L" | "M" | "Q" | "H"; border?: number }): QrCode;
