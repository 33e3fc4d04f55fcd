import { Component, type ElementRef, effect, input, model, viewChild } from '@angular/core';

let made = 0;

/** A dialog over the page. The browser's own: focus stays inside, Escape closes, and focus returns afterwards. */
@Component({
  selector: 'pd-ask',
  template: `
    <dialog #box [class]="kind()" [attr.aria-labelledby]="id" (close)="open.set(false)">
      @if (open()) {
        <div class="stack">
          <h2 [id]="id">{{ heading() }}</h2>
          <ng-content />
        </div>
      }
    </dialog>
  `,
})
export class Ask {
  readonly heading = input.required<string>();
  readonly kind = input<'' | 'picture'>('');
  readonly open = model(false);
  protected readonly id = `ask-${String((made += 1))}`;
  private readonly box = viewChild.required<ElementRef<HTMLDialogElement>>('box');

  constructor() {
    effect(() => {
      const box = this.box().nativeElement;
      if (this.open() && !box.open) box.showModal();
      if (!this.open() && box.open) box.close();
    });
  }
}
