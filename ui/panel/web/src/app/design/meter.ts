import { Component, computed, input } from '@angular/core';

import type { Progress } from '../api/models';
import { grouped } from '../words/numbers';

/** How far something is, as a bar. */
@Component({
  selector: 'pd-meter',
  template: `
    <span
      class="meter"
      role="progressbar"
      aria-valuemin="0"
      [attr.aria-valuemax]="of().total"
      [attr.aria-valuenow]="of().done"
      [attr.aria-label]="label()"
      ><span [style.width.%]="share()"></span
    ></span>
  `,
})
export class Meter {
  readonly of = input.required<Progress>();
  protected readonly share = computed(() => {
    const { done, total } = this.of();
    return total > 0 ? Math.min(100, (done / total) * 100) : 0;
  });
  protected readonly label = computed(() => {
    const { done, total, noun } = this.of();
    return `${grouped(done)} of ${grouped(total)} ${noun}`;
  });
}
