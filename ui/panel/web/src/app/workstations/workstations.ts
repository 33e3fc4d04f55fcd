import { Component, computed, inject, signal } from '@angular/core';

import { Api, Refused } from '../api/client';
import type { EnrolmentCode, WorkstationDetail } from '../api/models';
import { Ask } from '../design/ask';
import { Empty } from '../design/empty';
import { ProblemNote } from '../design/problem';
import { Sign } from '../design/sign';
import { Time } from '../design/time';
import { watched } from '../live/watched';
import { Session } from '../session/session';
import { counted } from '../words/numbers';
import { EnrolForm } from './enrol-form';

/** The workstations, whether they are heard of, and how another one comes in. */
@Component({
  selector: 'pd-workstations',
  imports: [Ask, Empty, EnrolForm, ProblemNote, Sign, Time],
  templateUrl: './workstations.html',
})
export class Workstations {
  private readonly api = inject(Api);
  protected readonly session = inject(Session);
  protected readonly stations = watched<readonly WorkstationDetail[]>(
    () => '/api/workstations',
    (change) => change.kind === 'workstation',
  );
  protected readonly codes = watched<readonly EnrolmentCode[]>(
    () => (this.session.can('admin') ? '/api/enrolment-codes' : undefined),
    (change) => change.kind === 'workstation' || change.kind === 'audit',
  );
  protected readonly enrolling = signal(false);
  protected readonly renaming = signal<WorkstationDetail | undefined>(undefined);
  protected readonly revoking = signal<WorkstationDetail | undefined>(undefined);
  protected readonly refused = signal<Refused | undefined>(undefined);
  protected readonly offices = computed(() => {
    const known = [...(this.session.who()?.offices ?? []), ...(this.stations.value() ?? []).map((each) => each.office)];
    return [...new Set(known)].sort();
  });

  protected entries(count: number): string {
    return counted(count, 'entry', 'entries');
  }

  protected ask(what: 'rename' | 'revoke', station: WorkstationDetail): void {
    this.refused.set(undefined);
    (what === 'rename' ? this.renaming : this.revoking).set(station);
  }

  protected async rename(event: Event): Promise<void> {
    event.preventDefault();
    const station = this.renaming();
    const name = new FormData(event.target as HTMLFormElement).get('name');
    if (station && (await this.change('PATCH', station, { name }))) this.renaming.set(undefined);
  }

  protected async revoke(): Promise<void> {
    const station = this.revoking();
    if (station && (await this.change('DELETE', station))) this.revoking.set(undefined);
  }

  protected async withdraw(code: EnrolmentCode): Promise<void> {
    await this.tried(() => this.api.send('DELETE', `/api/enrolment-codes/${String(code.id)}`));
    this.codes.reload();
  }

  private async change(method: 'PATCH' | 'DELETE', station: WorkstationDetail, body?: unknown): Promise<boolean> {
    const done = await this.tried(() => this.api.send(method, `/api/workstations/${String(station.id)}`, body));
    this.stations.reload();
    return done;
  }

  private async tried(what: () => Promise<void>): Promise<boolean> {
    this.refused.set(undefined);
    try {
      await what();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
      return false;
    }
  }
}
