import { Component, computed, input, signal } from '@angular/core';

import type { Picture } from '../api/models';
import { Ask } from './ask';
import { Time } from './time';

/** Pictures of failures, masked at the workstation: small ones in a row, one of them large over the page. */
@Component({
  selector: 'pd-pictures',
  imports: [Ask, Time],
  template: `
    <ul class="pictures">
      @for (picture of of(); track picture.id) {
        <li>
          <button type="button" (click)="shown.set(picture)">
            <img [src]="'/api/pictures/' + picture.id" [alt]="altOf(picture)" loading="lazy" />
            <span class="small text">{{ picture.task || picture.name }} · <pd-time [zone]="zone()" [at]="picture.created_at" /></span>
          </button>
        </li>
      }
    </ul>
    <pd-ask kind="picture" [heading]="heading()" [open]="shown() !== undefined" (openChange)="closed($event)">
      @if (shown(); as picture) {
        <img [src]="'/api/pictures/' + picture.id" [alt]="altOf(picture)" />
        <div class="row apart">
          <span class="quiet small">Kept until <pd-time [zone]="zone()" [at]="picture.kept_until" />. Personal values are masked.</span>
          <button type="button" class="button" (click)="shown.set(undefined)">Close</button>
        </div>
      }
    </pd-ask>
  `,
})
export class Pictures {
  readonly of = input.required<readonly Picture[]>();
  readonly zone = input<string | null>();
  protected readonly shown = signal<Picture | undefined>(undefined);
  protected readonly heading = computed(() => this.shown()?.task ?? this.shown()?.name ?? 'Picture');

  protected altOf(picture: Picture): string {
    return `The site's page when it failed${picture.task ? `, task ${picture.task}` : ''}`;
  }

  protected closed(open: boolean): void {
    if (!open) this.shown.set(undefined);
  }
}
