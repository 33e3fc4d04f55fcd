import { Injectable, inject } from '@angular/core';

import { Api, nonce } from '../api/client';
import type { Command, Wish } from '../api/models';

/** Gives a workstation a wish. The same press of a button sent twice is one wish: the nonce says so. */
@Injectable({ providedIn: 'root' })
export class Wishing {
  readonly #api = inject(Api);

  /** Throws Refused. */
  give(wish: Omit<Wish, 'nonce'>, pressed: string = nonce()): Promise<Command> {
    return this.#api.send<Command>('POST', '/api/commands', { ...wish, nonce: pressed });
  }
}
