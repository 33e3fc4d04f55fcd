import { Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';

import { Api, Refused, nonce } from '../api/client';
import type { Answer, Colleague, Commands, ReviewItem } from '../api/models';
import { Icon } from '../design/icon';
import { Pictures } from '../design/pictures';
import { ProblemNote } from '../design/problem';
import { Sign } from '../design/sign';
import { Time } from '../design/time';
import { Clock } from '../live/clock';
import { RepairChoice } from './repair-choice';
import { QuestionTalk } from './question-talk';
import { Queue, type Asked } from './queue';

/** One question with what is known about it and its answers; where several ask the same, all of them at once. */
@Component({
  selector: 'pd-question',
  imports: [Icon, Pictures, ProblemNote, QuestionTalk, RepairChoice, RouterLink, Sign, Time],
  templateUrl: './question-card.html',
})
export class QuestionCard {
  readonly asked = input.required<Asked>();
  readonly colleagues = input.required<readonly Colleague[]>();
  private readonly api = inject(Api);
  private readonly clock = inject(Clock);
  private readonly queue = inject(Queue);
  /** Those of the group that are not to be answered now. */
  private readonly leftAlone = signal<ReadonlySet<number>>(new Set());
  protected readonly busy = signal(false);
  /** Which places were chosen for what a site has lost. */
  protected readonly candidates = signal<readonly number[]>([]);
  protected readonly refused = signal<Refused | undefined>(undefined);

  protected readonly first = computed(() => this.asked().first);
  protected readonly several = computed(() => this.asked().items.length > 1);
  protected readonly pictures = computed(() => {
    // A picture of another task of the run says nothing about this question.
    const all = this.asked().items.flatMap(({ task, pictures }) =>
      pictures.filter((picture) => picture.task === null || task === null || picture.task === task),
    );
    return [...new Map(all.map((picture) => [picture.id, picture])).values()];
  });
  protected readonly chosen = computed(() =>
    this.asked().items.filter((item) => !this.leftAlone().has(item.id) && item.allowed && item.pending === null),
  );
  protected readonly here = computed(() => this.first().answers.filter((answer) => answer.here));
  protected readonly elsewhere = computed(() => this.first().answers.filter((answer) => !answer.here));
  /** "Answer at FRONT-2: Hand in the file" */
  protected readonly elsewhereWords = computed(() => {
    const answers = this.elsewhere().map((answer) => answer.words);
    return answers.length > 0 ? `${this.first().elsewhere}: ${answers.join(' · ')}` : this.first().elsewhere;
  });
  protected readonly canAnswer = computed(() => this.asked().items.some((item) => item.allowed));
  protected readonly soon = computed(() => {
    const deadline = this.first().deadline_at;
    return deadline !== null && Date.parse(deadline) - this.clock.now() < 60 * 60_000;
  });

  protected isChosen(item: ReviewItem): boolean {
    return !this.leftAlone().has(item.id);
  }

  protected toggle(item: ReviewItem): void {
    this.leftAlone.update((ids) => {
      const next = new Set(ids);
      if (!next.delete(item.id)) next.add(item.id);
      return next;
    });
  }

  protected async answer(answer: Answer): Promise<void> {
    this.busy.set(true);
    this.refused.set(undefined);
    try {
      const items = this.chosen().map(({ id, version }) => ({ id, version }));
      const candidates = answer.code === 'accept_repair' ? this.candidates() : [];
      const wanted = { nonce: nonce(), items, answer: answer.code, candidates };
      await this.api.send<Commands>('POST', '/api/answers', wanted);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
    } finally {
      this.busy.set(false);
      this.queue.watched.reload();
    }
  }
}
