import { Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';

import { Refused, nonce } from '../api/client';
import type { Target } from '../api/models';
import { Ask } from '../design/ask';
import { Empty } from '../design/empty';
import { ProblemNote } from '../design/problem';
import { Sign } from '../design/sign';
import { watched } from '../live/watched';
import { Session } from '../session/session';
import { counted } from '../words/numbers';
import { WishResult } from '../wishes/wish-result';
import { Wishing } from '../wishes/wishing';

/** Start an automation by hand: which, where, a confirmation, and then what becomes of it. */
@Component({
  selector: 'pd-trigger',
  imports: [Ask, Empty, ProblemNote, RouterLink, Sign, WishResult],
  templateUrl: './trigger.html',
})
export class Trigger {
  private readonly wishing = inject(Wishing);
  protected readonly session = inject(Session);
  protected readonly targets = watched<readonly Target[]>(
    () => '/api/targets',
    (change) => change.kind === 'workstation' || change.kind === 'run',
  );
  private readonly chosen = signal('');
  protected readonly place = signal<Target | undefined>(undefined);
  protected readonly asking = signal(false);
  protected readonly busy = signal(false);
  protected readonly refused = signal<Refused | undefined>(undefined);
  /** Wishes given from this page, newest first. */
  protected readonly given = signal<readonly number[]>([]);
  private pressed = '';

  protected readonly automations = computed(() => {
    const titles = new Map(this.targets.value()?.map(({ automation, title }) => [automation, title]));
    return [...titles]
      .map(([name, title]) => ({ name, title, where: this.whereWords(name) }))
      .sort((one, other) => one.title.localeCompare(other.title));
  });
  protected readonly automation = computed(() => {
    const all = this.automations();
    return all.some(({ name }) => name === this.chosen()) ? this.chosen() : all.length === 1 ? (all[0]?.name ?? '') : '';
  });
  protected readonly places = computed(() =>
    (this.targets.value() ?? [])
      .filter(({ automation }) => automation === this.automation())
      .toSorted((one, other) => one.workstation_name.localeCompare(other.workstation_name, undefined, { numeric: true })),
  );

  protected choose(name: string): void {
    this.chosen.set(name);
  }

  protected confirm(target: Target): void {
    this.place.set(target);
    this.refused.set(undefined);
    this.pressed = nonce();
    this.asking.set(true);
  }

  protected async start(): Promise<void> {
    const target = this.place();
    if (!target) return;
    this.busy.set(true);
    try {
      const { workstation, automation } = target;
      const command = await this.wishing.give({ workstation, verb: 'run', automation }, this.pressed);
      this.given.update((ids) => [command.id, ...ids.filter((id) => id !== command.id)]);
      this.asking.set(false);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
    } finally {
      this.busy.set(false);
    }
  }

  protected waitingWords(target: Target): string {
    return target.waiting > 0 ? `${counted(target.waiting, 'run is', 'runs are')} waiting there` : 'nothing is waiting there';
  }

  private whereWords(name: string): string {
    const there = (this.targets.value() ?? []).filter(({ automation }) => automation === name);
    const [only] = there;
    return there.length === 1 && only ? `at ${only.workstation_name}` : `at ${String(there.length)} workstations`;
  }
}
