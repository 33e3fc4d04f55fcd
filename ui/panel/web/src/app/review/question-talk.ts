import { Component, computed, inject, input, signal } from '@angular/core';

import { Api, Refused } from '../api/client';
import type { Colleague, ReviewItem } from '../api/models';
import { ProblemNote } from '../design/problem';
import { Time } from '../design/time';
import { Queue } from './queue';

/** Who takes care of a question, and what people wrote beside it. */
@Component({
  selector: 'pd-question-talk',
  imports: [ProblemNote, Time],
  template: `
    <details class="talk">
      <summary>
        {{ item().assignee_name ? item().assignee_name + ' takes care of it' : 'Nobody takes care of it yet' }}
        <span class="quiet">{{ comments() }}</span>
      </summary>
      <div class="stack talk-body">
        @if (item().comments.length > 0) {
          <ul class="stack">
            @for (comment of item().comments; track $index) {
              <li>
                <p class="small quiet">{{ comment.by }} · <pd-time [at]="comment.at" /></p>
                <p class="text comment">{{ comment.text }}</p>
              </li>
            }
          </ul>
        }
        @if (item().allowed) {
          <div class="field">
            <label [attr.for]="'assignee-' + item().id">Who takes care of it</label>
            <select [id]="'assignee-' + item().id" (change)="assign($event)">
              <option value="" [selected]="item().assignee === null">Nobody yet</option>
              @for (each of colleagues(); track each.id) {
                <option [value]="each.id" [selected]="each.id === item().assignee">{{ each.name }}</option>
              }
            </select>
          </div>
          <form class="stack tight" (submit)="comment($event)">
            <div class="field">
              <label [attr.for]="'comment-' + item().id">Write something beside it</label>
              <textarea [id]="'comment-' + item().id" name="text" maxlength="2000" required></textarea>
              <p class="hint">Everybody of this office reads it here. Write no record's contents.</p>
            </div>
            <p><button type="submit" class="button low">Write</button></p>
          </form>
        }
        <pd-problem [refused]="refused()" />
      </div>
    </details>
  `,
})
export class QuestionTalk {
  readonly item = input.required<ReviewItem>();
  readonly colleagues = input.required<readonly Colleague[]>();
  private readonly api = inject(Api);
  private readonly queue = inject(Queue);
  protected readonly refused = signal<Refused | undefined>(undefined);
  protected readonly comments = computed(() => {
    const count = this.item().comments.length;
    return count === 0 ? '' : count === 1 ? '· 1 comment' : `· ${String(count)} comments`;
  });

  protected async assign(event: Event): Promise<void> {
    const chosen = (event.target as HTMLSelectElement).value;
    await this.ask('PUT', 'assignee', { person: chosen ? Number(chosen) : null });
  }

  protected async comment(event: Event): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = new FormData(form).get('text');
    if (await this.ask('POST', 'comments', { text })) form.reset();
  }

  private async ask(method: 'PUT' | 'POST', what: string, body: unknown): Promise<boolean> {
    this.refused.set(undefined);
    try {
      await this.api.send(method, `/api/reviews/${String(this.item().id)}/${what}`, body);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
      return false;
    }
    this.queue.watched.reload();
    return true;
  }
}
