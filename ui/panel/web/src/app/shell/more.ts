import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';

import { Icon } from '../design/icon';
import { Session } from '../session/session';
import { PLACES } from './places';

/** On a phone: the pages that have no room in the bar. */
@Component({
  selector: 'pd-more',
  imports: [Icon, RouterLink],
  template: `
    <h1>More</h1>
    <nav class="more-pages" aria-label="More pages">
      <ul>
        @for (place of places(); track place.path) {
          <li>
            <a class="button" [routerLink]="place.path"><pd-icon [name]="place.icon" />{{ place.word }}</a>
          </li>
        }
        <li>
          <a class="button" routerLink="/account"><pd-icon name="account" />Your account</a>
        </li>
      </ul>
    </nav>
  `,
})
export class More {
  private readonly session = inject(Session);
  protected readonly places = computed(() =>
    PLACES.filter((place) => !place.first && this.session.can(place.role)),
  );
}
