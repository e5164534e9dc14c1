// The page of a lab, alive.

import type { LabData } from "./data.ts";
import { connecting } from "./every-page.ts";
import { LabPage } from "./lab-page.ts";

const data = JSON.parse(document.getElementById("lab")?.textContent ?? "") as LabData;
const page = new LabPage(data);
void page.begin(connecting);
