import { Injectable, signal } from '@angular/core';

import type { Problem } from './models';

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The server said no, or could not be reached (`status` 0): a code, and the sentence that a person reads. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, problem: Problem) {
    super(problem.words);
    this.status = status;
    this.code = problem.code;
  }
}

/** Speaks with the panel's server: same origin, session cookie, CSRF token on everything but GET. */
@Injectable({ providedIn: 'root' })
export class Api {
  /** Given by the session; empty while nobody is signed in. */
  csrf = '';

  /** Grows each time the server says that nobody is signed in. */
  readonly signedOut = signal(0);

  /** Throws Refused; an AbortError passes through as it is. */
  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return await this.#ask<T>(path, { signal: signal ?? null });
  }

  /** Throws Refused. */
  async send<T = void>(method: Method, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { 'X-CSRF-Token': this.csrf };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    return await this.#ask<T>(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
  }

  async #ask<T>(path: string, init: RequestInit): Promise<T> {
    const answer = await reached(path, init);
    if (answer.ok) {
      const text = await answer.text();
      // What comes back has the shape that the server's OpenAPI promises (tests/panel/test_contract.py).
      return (text === '' ? undefined : JSON.parse(text)) as T;
    }
    const refused = new Refused(answer.status, await problemOf(answer));
    if (answer.status === 401) this.signedOut.update((times) => times + 1);
    throw refused;
  }
}

/** A name for one press of a button: however often it is sent, it is one wish. */
export function nonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function reached(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: 'same-origin', redirect: 'error' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Refused(0, {
      code: 'unreachable',
      words: 'The panel cannot be reached. What you see is the last that was heard; nothing was changed.',
    });
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  const text = await answer.text();
  try {
    const problem = JSON.parse(text) as Partial<Problem>;
    if (problem.code && problem.words) return { code: problem.code, words: problem.words };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // a proxy's own page says nothing that we could show
  }
  return { code: 'unknown', words: `The panel could not do that (it answered ${String(answer.status)}).` };
}
