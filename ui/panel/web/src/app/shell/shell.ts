import { Component, type ElementRef, computed, effect, inject, untracked, viewChild } from '@angular/core';
import { NavigationEnd, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';

import { Icon } from '../design/icon';
import { Clock } from '../live/clock';
import { Feed } from '../live/feed';
import { Queue } from '../review/queue';
import { Session } from '../session/session';
import { ago } from '../words/moments';
import { PLACES } from './places';

/** The frame around every page: where one can go, who one is, and whether what one sees is still live. */
@Component({
  selector: 'pd-root',
  imports: [Icon, RouterLink, RouterLinkActive, RouterOutlet],
  templateUrl: './shell.html',
})
export class Shell {
  protected readonly session = inject(Session);
  protected readonly places = computed(() => PLACES.filter((place) => this.session.can(place.role)));
  protected readonly lost = computed(() => {
    const since = this.feed.lostSince();
    // A blink while the server restarts is no news.
    if (since === null || this.clock.now() - since < 4_000) return '';
    return `The connection broke off ${ago(new Date(since).toISOString(), this.clock.now())}. What you see may be older; trying again.`;
  });
  protected readonly open = computed(() => (this.session.ready() ? this.queue.open().length : 0));
  private readonly main = viewChild<ElementRef<HTMLElement>>('main');
  private readonly feed = inject(Feed);
  private readonly clock = inject(Clock);
  private readonly queue = inject(Queue);
  private readonly router = inject(Router);

  constructor() {
    let path = '';
    this.router.events.subscribe((event) => {
      if (!(event instanceof NavigationEnd)) return;
      const now = event.urlAfterRedirects.split('?')[0] ?? '';
      // Whoever cannot see hears the new page from its beginning; filters in the address leave the focus alone.
      if (path !== '' && now !== path) this.main()?.nativeElement.focus({ preventScroll: true });
      path = now;
    });
    let was = false;
    effect(() => {
      const here = this.session.who() !== undefined;
      if (was && !here) {
        untracked(() => void this.router.navigate(['/sign-in'], { queryParams: { back: this.router.url } }));
      }
      was = here;
    });
  }

  protected skip(): void {
    this.main()?.nativeElement.focus();
  }
}
