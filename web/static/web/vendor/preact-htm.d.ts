/** Types of what the client uses of the vendored library. */
import type { VNode } from "../../../types";

export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode;
export function render(element: unknown, into: Element): void;
export function useState<T>(initial: T | (() => T)): [T, (next: T | ((before: T) => T)) => void];
/** An element's: say whose in the type of what it is assigned to. */
export function useRef(initial: null): { current: never };
export function useRef<T>(initial: T): { current: T };
export function useEffect(effect: () => unknown, seen?: readonly unknown[]): void;
export function useLayoutEffect(effect: () => unknown, seen?: readonly unknown[]): void;
export function useMemo<T>(make: () => T, seen: readonly unknown[]): T;
export function useCallback<T>(callback: T, seen: readonly unknown[]): T;
