/**
 * What every view imports: the vendored view library, a store, and two hooks to follow it.
 *
 * Message text and everything else that people wrote becomes text nodes; nothing here or elsewhere makes markup of
 * strings.
 */
import {
  html,
  render,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useCallback,
} from "./vendor/preact-htm.js";

/** @import { On } from "../../types" */

export { html, render, useEffect, useLayoutEffect, useMemo, useRef, useState, useCallback };

/** Something that can be watched: views are drawn again when it changes. */
export class Observable {
  /** @type {Set<() => void>} */
  #watchers = new Set();
  #isPending = false;

  /** @param {() => void} watcher @returns {() => void} how to stop */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Tell the watchers, once for all changes of this turn of the event loop. */
  changed() {
    if (this.#isPending) return;
    this.#isPending = true;
    queueMicrotask(() => {
      this.#isPending = false;
      for (const watcher of [...this.#watchers]) watcher();
    });
  }
}

/**
 * Something that happens once, for whoever listens at that moment: it is not kept as a state that a view would clear.
 *
 * @template T
 */
export class Happening {
  /** @type {Set<(value: T) => void>} */
  #listeners = new Set();

  /** @param {(value: T) => void} listener @returns {() => void} how to stop */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {T} value */
  emit(value) {
    for (const listener of [...this.#listeners]) listener(value);
  }
}

/** @template {object} T */
export class Store extends Observable {
  /** @param {T} state */
  constructor(state) {
    super();
    this.state = state;
  }

  /** @param {Partial<T>} changes */
  set(changes) {
    Object.assign(this.state, changes);
    this.changed();
  }
}

/** Draw this view again whenever `observable` changes. @param {Observable | null | undefined} observable */
export function useObserved(observable) {
  const [, again] = useState(0);
  // Not useEffect: that runs a frame later, and what changes between the drawing and the watching would never be drawn.
  useLayoutEffect(() => observable?.watch(() => again((n) => n + 1)), [observable]);
}

/**
 * Answers overtake each other: one that comes after a newer call's must not be shown.
 *
 * @returns {() => () => boolean} begins a call, and returns a check for when its answer is here: whether to show it
 */
export function latestOnly() {
  let started = 0;
  let shown = 0;
  return () => {
    const turn = (started += 1);
    return () => {
      if (turn < shown) return false;
      shown = turn;
      return true;
    };
  };
}

/** `latestOnly` for one view. */
export const useLatestOnly = () => useState(latestOnly)[0];

/** An event handler that gets the field's value. @param {(value: string) => void} use */
export const withValue = (use) => (/** @type {On<HTMLInputElement>} */ event) => use(event.currentTarget.value);

/** @param {...(string | false | null | undefined)} names */
export const classes = (...names) => names.filter(Boolean).join(" ");

/** A key that no other client makes; `crypto.randomUUID` lacks on plain http. */
export function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Browser storage that may be full, off or forbidden (private windows, embedded pages).
 *
 * @param {() => Storage} storage
 */
export function safeStorage(storage) {
  const available = () => {
    try {
      return storage();
    } catch {
      return null;
    }
  };
  return {
    /**
     * @template T
     * @param {string} name
     * @returns {T | null}
     */
    get(name) {
      try {
        return JSON.parse(available()?.getItem(`rosetta.${name}`) ?? "null");
      } catch {
        return null;
      }
    },
    /** @param {string} name @param {unknown} value null deletes */
    set(name, value) {
      try {
        if (value === null || value === undefined) available()?.removeItem(`rosetta.${name}`);
        else available()?.setItem(`rosetta.${name}`, JSON.stringify(value));
      } catch {
        // What cannot be stored is only missed at the next start.
      }
    },
    /** Delete everything whose name begins with one of `prefixes`. @param {string[]} prefixes */
    forget(...prefixes) {
      const names = Object.keys(available() ?? {}).filter((name) =>
        prefixes.some((prefix) => name.startsWith(`rosetta.${prefix}`)),
      );
      for (const name of names) available()?.removeItem(name);
    },
  };
}

export const localStore = safeStorage(() => localStorage);
export const tabStore = safeStorage(() => sessionStorage);

/** What the server says of itself in the page's head. @param {string} name */
export const setting = (name) => document.querySelector(`meta[name="rosetta:${name}"]`)?.getAttribute("content") ?? "";
