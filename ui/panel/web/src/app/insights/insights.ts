import { Component, computed, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router } from '@angular/router';

import { Api, Refused } from '../api/client';
import type { Insights } from '../api/models';
import { Duration } from '../design/day';
import { Empty } from '../design/empty';
import { ProblemNote } from '../design/problem';
import { watched } from '../live/watched';
import { Session } from '../session/session';
import { hours, percent } from '../words/numbers';
import { onTime, saved, success, whole } from './charts';
import { Columns } from './columns';

const SPANS = [4, 12, 26, 52] as const;

/** How the weeks went: success, punctuality, hours saved, and what goes wrong. */
@Component({
  selector: 'pd-insights',
  imports: [Columns, Duration, Empty, ProblemNote],
  templateUrl: './insights.html',
})
export class InsightsPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly params = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true });
  protected readonly session = inject(Session);
  protected readonly spans = SPANS;
  protected readonly span = computed(() => Number(this.params().get('weeks') ?? '12'));
  protected readonly automation = computed(() => this.params().get('automation') ?? '');
  protected readonly insights = watched<Insights>(
    () => {
      const automation = this.automation() ? `&automation=${encodeURIComponent(this.automation())}` : '';
      return `/api/insights?weeks=${String(this.span())}${automation}`;
    },
    (change) => change.kind === 'run',
  );
  /** All automations, also while one of them is picked. */
  private readonly everything = watched<Insights>(
    () => `/api/insights?weeks=${String(this.span())}`,
    () => false,
  );
  protected readonly refused = signal<Refused | undefined>(undefined);
  protected readonly automations = computed(() => {
    const titles = new Map(this.everything.value()?.automations.map(({ automation, title }) => [automation, title]));
    return [...titles].map(([name, title]) => ({ name, title }));
  });
  protected readonly known = computed(() => {
    const insights = this.insights.value();
    if (!insights) return undefined;
    const { weeks, causes } = insights;
    const most = Math.max(1, ...causes.map((cause) => cause.count));
    return {
      insights,
      empty: weeks.every((week) => week.runs === 0),
      whole: whole(insights),
      success: success(weeks),
      onTime: onTime(weeks),
      saved: saved(weeks),
      causes: causes.map((cause) => ({ ...cause, width: (cause.count / most) * 100 })),
    };
  });

  protected narrow(name: 'weeks' | 'automation', event: Event): void {
    const value = (event.target as HTMLSelectElement).value || null;
    void this.router.navigate([], { queryParams: { [name]: value }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected share(value: number | null): string {
    return value === null ? '–' : percent(value);
  }

  protected hours(value: number): string {
    return hours(value);
  }

  protected async keep(event: Event): Promise<void> {
    event.preventDefault();
    const seconds = Number(new FormData(event.target as HTMLFormElement).get('seconds'));
    this.refused.set(undefined);
    try {
      await this.api.send('PUT', '/api/insights/settings', { seconds_per_record: seconds });
      this.insights.reload();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
    }
  }
}
