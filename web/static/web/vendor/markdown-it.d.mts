/** Types of what the client uses of the vendored library. */
export interface ParserToken {
  type: string;
  tag: string;
  nesting: -1 | 0 | 1;
  content: string;
  info: string;
  hidden: boolean;
  children: ParserToken[] | null;
  attrGet(name: string): string | null;
}
/** How far a block parser is. */
export interface Block {
  level: number;
  parentType: string;
  sCount: number[];
  blkIndent: number;
}
export class Inline {
  src: string;
  posMax: number;
  scanDelims(start: number, canSplitWord: boolean): { can_open: boolean; can_close: boolean; length: number };
}
type BlockRule = (state: Block, line: number, end: number, silent: boolean) => boolean;
export interface Parser {
  enable(rules: string[]): void;
  normalizeLink(address: string): string;
  validateLink(address: string): boolean;
  block: { ruler: { before(beside: string, name: string, rule: BlockRule, options?: { alt: string[] }): void } };
  inline: { State: typeof Inline };
  parse(text: string, env: object): ParserToken[];
}
export type ParserClass = new (preset: string, options: { maxNesting: number }) => Parser;
declare const MarkdownIt: ParserClass;
export default MarkdownIt;
