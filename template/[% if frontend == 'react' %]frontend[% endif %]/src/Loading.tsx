/** Where numbers and charts will be. */
export function Loading() {
  return (
    <section data-view="loading" aria-label="Loading" aria-busy="true">
      <div className="skeleton filters-skeleton" />
      <Skeletons />
    </section>
  );
}

export function Skeletons() {
  return (
    <div aria-hidden="true" aria-busy="true">
      <div className="numbers">
        <div className="skeleton number-skeleton" />
        <div className="skeleton number-skeleton" />
        <div className="skeleton number-skeleton" />
      </div>
      <div className="cards">
        <div className="skeleton card-skeleton wide" />
        <div className="skeleton card-skeleton narrow" />
      </div>
    </div>
  );
}
