import { Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';

import type { Colleague, ReviewItem, ReviewQueue } from '../api/models';
import { Empty } from '../design/empty';
import { ProblemNote } from '../design/problem';
import { watched } from '../live/watched';
import { Session } from '../session/session';
import { counted } from '../words/numbers';
import { AnsweredList } from './answered-list';
import { QuestionCard } from './question-card';
import { Queue, asked } from './queue';

/** What waits for a person: the nearest deadline first, the same question once. */
@Component({
  selector: 'pd-review',
  imports: [AnsweredList, Empty, ProblemNote, QuestionCard, RouterLink],
  templateUrl: './review.html',
})
export class Review {
  private readonly router = inject(Router);
  private readonly params = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true });
  protected readonly session = inject(Session);
  protected readonly queue = inject(Queue);
  protected readonly done = computed(() => this.params().get('show') === 'answered');
  protected readonly mine = computed(() => this.params().get('mine') === 'yes');
  protected readonly narrowed = computed(
    () => this.mine() || this.params().has('workstation') || this.params().has('run'),
  );
  protected readonly answered = watched<ReviewQueue>(
    () => (this.done() ? '/api/reviews?state=answered' : undefined),
    (change) => change.kind === 'review',
  );
  protected readonly colleagues = watched<readonly Colleague[]>(
    () => (this.session.can('operator') ? '/api/colleagues' : undefined),
    (change) => change.kind === 'people',
  );
  protected readonly groups = computed(() => asked(this.queue.open().filter((item) => this.fits(item))));
  protected readonly headline = computed(() => {
    const open = this.queue.open().length;
    if (!this.queue.watched.value()) return '';
    return open === 0 ? 'Nothing needs you.' : `${counted(open, 'question waits', 'questions wait')}, the nearest deadline first.`;
  });

  protected onlyMine(event: Event): void {
    const mine = (event.target as HTMLInputElement).checked ? 'yes' : null;
    void this.router.navigate([], { queryParams: { mine }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  private fits(item: ReviewItem): boolean {
    const workstation = this.params().get('workstation');
    const run = this.params().get('run');
    return (
      (workstation === null || String(item.workstation) === workstation) &&
      (run === null || item.run === run) &&
      (!this.mine() || item.assignee === this.session.who()?.person)
    );
  }
}
