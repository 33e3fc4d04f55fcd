import { Component, computed, input } from '@angular/core';

import { ICONS, type IconName } from './icons';

/** An icon beside a word; it says nothing that the word does not say. */
@Component({
  selector: 'pd-icon',
  template: `
    <svg viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" aria-hidden="true">
      <path [attr.d]="outline()" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  `,
})
export class Icon {
  readonly name = input.required<IconName>();
  protected readonly outline = computed(() => ICONS[this.name()]);
}
