import { Component, computed, effect, input, model, signal } from '@angular/core';

import type { Candidate, Repair } from '../api/models';
import { Time } from '../design/time';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly word: string;
}

/** What a site has lost and what it may be: the page today with numbered boxes, and how it was when all was well. */
@Component({
  selector: 'pd-repair',
  imports: [Time],
  template: `
    <div class="repair">
      @if (of().picture; as picture) {
        <figure>
          <div class="boxed">
            <img [src]="'/api/pictures/' + picture.id" alt="The site's page today" />
            @if (size(); as size) {
              <svg [attr.viewBox]="size" aria-hidden="true">
                @for (box of boxes(); track box.word) {
                  <rect [attr.x]="box.x" [attr.y]="box.y" [attr.width]="box.width" [attr.height]="box.height" />
                  <text [attr.x]="box.x + 3" [attr.y]="box.y > 24 ? box.y - 6 : box.y + box.height + 20">{{ box.word }}</text>
                }
              </svg>
            }
          </div>
          <figcaption class="quiet small">Today, <pd-time [zone]="zone()" [at]="picture.created_at" /></figcaption>
        </figure>
      }
      @if (of().before; as before) {
        <figure>
          <div class="boxed">
            <img [src]="'/api/pictures/' + before.id" alt="The site's page when all was well" (load)="measure($event)" />
            @if (beforeSize(); as size) {
              <svg [attr.viewBox]="size" aria-hidden="true">
                @for (box of beforeBoxes(); track box) {
                  <rect [attr.x]="box.x" [attr.y]="box.y" [attr.width]="box.width" [attr.height]="box.height" />
                }
              </svg>
            }
          </div>
          <figcaption class="quiet small">When all was well, <pd-time [zone]="zone()" [at]="before.created_at" /></figcaption>
        </figure>
      }
    </div>
    <div class="row">
      @for (element of of().elements; track element) {
        @if (offered(element); as offered) {
          <label class="field">
            <span class="label">{{ named(element) }}</span>
            <select [disabled]="fixed()" (change)="choose(element, $event)">
              @for (candidate of offered; track candidate.number) {
                <option [value]="candidate.number" [selected]="chosen().includes(candidate.number)">{{ candidate.words }}</option>
              }
              <option value="0" [selected]="isLeft(element)">None of these</option>
            </select>
          </label>
        }
      }
    </div>
  `,
})
export class RepairChoice {
  readonly of = input.required<Repair>();
  readonly zone = input<string | null>();
  readonly fixed = input(false);
  readonly chosen = model<readonly number[]>([]);

  protected readonly size = computed(() => {
    const [width, height] = this.of().size;
    return width && height ? `0 0 ${width} ${height}` : undefined;
  });
  /** Known once the picture is there: the page may have had another size. */
  protected readonly beforeSize = signal<string | undefined>(undefined);
  protected readonly beforeBoxes = computed(() => boxOf({ number: 0, box: this.of().before_box }));
  protected readonly boxes = computed(() => this.of().candidates.flatMap(boxOf));

  /** The candidates by value: whatever else changes in the queue reads them anew, and they are the same ones. */
  private readonly candidates = computed(() => this.of().candidates, {
    equal: (one, other) => JSON.stringify(one) === JSON.stringify(other),
  });

  constructor() {
    // What fits best is chosen at first; a person looks, and chooses otherwise or not at all. Only other
    // candidates take that back.
    effect(() => {
      this.chosen.set(this.candidates().filter((one) => one.best).map((one) => one.number));
    });
  }

  protected measure(event: Event): void {
    const { naturalWidth, naturalHeight } = event.target as HTMLImageElement;
    this.beforeSize.set(`0 0 ${naturalWidth} ${naturalHeight}`);
  }

  protected offered(element: string): readonly Candidate[] | undefined {
    const found = this.of().candidates.filter((one) => one.element === element);
    return found.length > 0 ? found : undefined;
  }

  protected named(element: string): string {
    return element.replaceAll('_', ' ');
  }

  protected isLeft(element: string): boolean {
    return !this.offered(element)?.some((one) => this.chosen().includes(one.number));
  }

  protected choose(element: string, event: Event): void {
    const number = Number((event.target as HTMLSelectElement).value);
    const others = this.chosen().filter((one) => !this.offered(element)?.some((each) => each.number === one));
    this.chosen.set(number > 0 ? [...others, number] : others);
  }
}

function boxOf({ number, box }: Pick<Candidate, 'number' | 'box'>): readonly Box[] {
  const [x, y, width, height] = box;
  if (x === undefined || y === undefined || !width || !height) return [];
  return [{ x, y, width, height, word: String(number) }];
}
