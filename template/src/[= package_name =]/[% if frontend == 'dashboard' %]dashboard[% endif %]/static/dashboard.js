// The script of the dashboard's page: it hands our charts to the library. Scripts of your own are
// imported here too. The files below `roost/` are the library's, in
// `vendor/roost/src/roost/dashboard/static/`.
//
// The page counts nothing of its own among your customers' events; `reportsUse: true` would have it
// send `page_view` and `csv_downloaded` for the member who looks at it.

import { CHARTS, NUMBERS } from "./charts/index.js";
import { startDashboard } from "./roost/js/page.js";

startDashboard({ charts: CHARTS, numbers: NUMBERS });
