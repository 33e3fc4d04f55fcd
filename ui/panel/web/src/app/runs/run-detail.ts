import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';

import type { RunDetail } from '../api/models';
import { Day, Duration } from '../design/day';
import { Empty } from '../design/empty';
import { Icon } from '../design/icon';
import { Meter } from '../design/meter';
import { Outlook } from '../design/outlook';
import { Pictures } from '../design/pictures';
import { ProblemNote } from '../design/problem';
import { Sign } from '../design/sign';
import { Time } from '../design/time';
import { watched } from '../live/watched';
import { WishButtons } from '../wishes/wish-buttons';
import { LogLines } from './log-lines';
import { RunCounts } from './run-counts';
import { RunTasks } from './run-tasks';
import { RunTotals } from './run-totals';

/** One run: where it stands and what to do, its tasks in time, counts, totals, pictures, and what happened. */
@Component({
  selector: 'pd-run-detail',
  imports: [
    Day,
    Duration,
    Empty,
    Icon,
    LogLines,
    Meter,
    Outlook,
    Pictures,
    ProblemNote,
    RouterLink,
    RunCounts,
    RunTasks,
    RunTotals,
    Sign,
    Time,
    WishButtons,
  ],
  templateUrl: './run-detail.html',
})
export class RunDetailPage {
  readonly workstation = input.required<string>();
  readonly run = input.required<string>();
  protected readonly detail = watched<RunDetail>(
    () => `/api/runs/${encodeURIComponent(this.workstation())}/${encodeURIComponent(this.run())}`,
    (change) => change.run === this.run() || change.kind === 'command' || change.kind === 'review',
  );
  /** What is known of this run; of another one that stood here before, nothing. */
  protected readonly known = computed(() => {
    const detail = this.detail.value();
    return detail?.run.run === this.run() && String(detail.run.workstation) === this.workstation() ? detail : undefined;
  });
  protected readonly gone = computed(() => this.detail.refused()?.status === 404);
  protected readonly versions = computed(() =>
    Object.entries(this.known()?.versions ?? {}).map(([what, version]) => ({ what, version })),
  );
  protected readonly openQuestions = computed(
    () => this.known()?.reviews.filter((item) => item.given === null) ?? [],
  );
}
