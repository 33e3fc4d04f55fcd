import { Component, computed, input } from '@angular/core';

import type { SignKind } from '../api/models';
import { Icon } from './icon';

/** The colour of a sign, as the class that styles/parts.css knows. */
export const TONES: Readonly<Record<SignKind, string>> = {
  done: 'done',
  running: 'running',
  needs_you: 'needs',
  at_risk: 'risk',
  failed: 'failed',
  waiting: 'waiting',
};

/** Where something stands: colour, icon and the words inside. The ring turns only while something turns. */
@Component({
  selector: 'pd-sign',
  imports: [Icon],
  template: `
    <span [class]="classes()"><pd-icon [name]="kind()" /><span class="text"><ng-content /></span></span>
  `,
})
export class Sign {
  readonly kind = input.required<SignKind>();
  protected readonly classes = computed(
    () => `sign ${TONES[this.kind()]}${this.kind() === 'running' ? ' turning' : ''}`,
  );
}
