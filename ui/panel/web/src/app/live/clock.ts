import { DestroyRef, Injectable, inject, signal } from '@angular/core';

const TICK = 5_000;

/** What time it is (milliseconds), for whatever says "4 min ago" or draws how far the morning is. */
@Injectable({ providedIn: 'root' })
export class Clock {
  readonly now = signal(Date.now());

  constructor() {
    const timer = setInterval(() => {
      this.now.set(Date.now());
    }, TICK);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(timer);
    });
  }
}
