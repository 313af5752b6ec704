import { MAX_BENCH_FILES } from '@sandtable/shared/protocol';
import { useWork } from '../../session/useSession.ts';
import { byteSize, plural } from '../../ui/numbers.ts';

/** What the files take up: in the guest's world once a run changed something, on the bench before. */
export function QuotaMeter() {
  const quota = useWork((state) => state.run?.changed.quota ?? null);
  const files = useWork((state) => state.files);
  const limit = useWork((state) =>
    state.run?.limits.find((hit) => ['totalBytes', 'fileBytes', 'files'].includes(hit.limit)),
  );
  const all = Object.values(files);
  const bytes = quota?.bytes ?? all.reduce((sum, file) => sum + file.size, 0);
  const number = quota?.files ?? all.length;
  return (
    <div className="quota">
      <span>
        {quota === null ? 'bench' : 'guest'}: {plural(number, 'file')}, {byteSize(bytes)}
      </span>
      <meter
        aria-label={`${plural(all.length, 'file')} of at most ${MAX_BENCH_FILES} on the bench`}
        min={0}
        max={MAX_BENCH_FILES}
        high={MAX_BENCH_FILES * 0.9}
        value={all.length}
      />
      {limit === undefined ? null : (
        <span className="quota-hit" role="status">
          {limit.message}
        </span>
      )}
    </div>
  );
}
