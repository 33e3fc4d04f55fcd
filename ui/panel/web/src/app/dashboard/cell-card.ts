import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';

import type { Cell } from '../api/models';
import { Meter } from '../design/meter';
import { Outlook } from '../design/outlook';
import { Sign, TONES } from '../design/sign';
import { Time } from '../design/time';
import { counted } from '../words/numbers';

/** One automation at one workstation: where it stands, how far, and whether it will be in time. */
@Component({
  selector: 'pd-cell',
  imports: [Meter, Outlook, RouterLink, Sign, Time],
  templateUrl: './cell-card.html',
})
export class CellCard {
  readonly cell = input.required<Cell>();
  /** Whether a column's head names the automation already (on a desk). */
  readonly named = input(false);
  protected readonly tone = computed(() => TONES[this.cell().sign]);
  protected readonly waiting = computed(() => {
    const { waiting } = this.cell();
    return waiting > 0 ? `${counted(waiting, 'run waits', 'runs wait')} there` : '';
  });
  protected readonly questions = computed(() => counted(this.cell().open_reviews, 'question', 'questions'));
  /** When the newest run came to rest. */
  protected readonly endedAt = computed(() => {
    const { state, changed_at } = this.cell();
    return state === 'COMPLETED' || state === 'FAILED' || state === 'CANCELLED' ? changed_at : null;
  });
  protected readonly inTime = computed(() => {
    const { forecast, state } = this.cell();
    return forecast !== null && state !== 'COMPLETED' ? forecast : undefined;
  });
}
