import { Injectable, computed, effect, inject, signal, untracked } from '@angular/core';

import { Api, Refused } from '../api/client';
import type { Role, Session as SignedIn } from '../api/models';
import { Feed } from '../live/feed';

const RANKS: Readonly<Record<Role, number>> = { viewer: 1, operator: 2, admin: 3 };

/** Who is signed in, and what they may do. The server checks everything again; here it decides what is shown. */
@Injectable({ providedIn: 'root' })
export class Session {
  readonly #api = inject(Api);
  readonly #feed = inject(Feed);
  readonly #who = signal<SignedIn | undefined>(undefined);
  #asked: Promise<void> | undefined;

  readonly who = this.#who.asReadonly();
  /** Signed in, and with everything set up that the role asks for. */
  readonly ready = computed(() => this.#who() !== undefined && !this.mustSetUp());
  readonly mustSetUp = computed(() => this.#who()?.second_factor === 'to_set_up');

  constructor() {
    effect(() => {
      if (this.ready()) this.#feed.start();
      else this.#feed.stop();
    });
    effect(() => {
      if (this.#api.signedOut() > 0) untracked(() => { this.#take(undefined); });
    });
  }

  /** Ask the server once who is signed in. Throws Refused when it cannot be reached. */
  known(): Promise<void> {
    this.#asked ??= this.refresh().catch((error: unknown) => {
      this.#asked = undefined;
      throw error;
    });
    return this.#asked;
  }

  async refresh(): Promise<void> {
    try {
      this.#take(await this.#api.get<SignedIn>('/api/session'));
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      this.#take(undefined);
    }
  }

  async signIn(login: string, password: string, code: string | null): Promise<void> {
    this.#take(await this.#api.send<SignedIn>('POST', '/api/session', { login, password, code }));
  }

  async signOut(): Promise<void> {
    await this.#api.send('DELETE', '/api/session');
    this.#take(undefined);
  }

  /** Whether the role, or a higher one, is held at the office; without an office: anywhere. */
  can(role: Role, office?: string): boolean {
    const roles = this.#who()?.roles ?? {};
    const held = office === undefined ? Object.values(roles) : [roles[office], roles['*']];
    return held.some((each) => each !== undefined && RANKS[each] >= RANKS[role]);
  }

  #take(who: SignedIn | undefined): void {
    this.#api.csrf = who?.csrf ?? '';
    this.#who.set(who);
  }
}
