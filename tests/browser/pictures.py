"""Takes the README's pictures of a running demo company: ``python -m tests.browser.pictures http://127.0.0.1:8000``."""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FOLDER = Path(__file__).parent / "screenshots"
PICTURES = {
    "board": ("rep", "/admin/deals/deal/board/"),
    "deal": ("rep", "/admin/deals/deal/54/change/"),
    "contact": ("manager", "/admin/contacts/contact/30/change/"),
    "report": ("manager", "/admin/reports/pipeline/"),
    "home": ("marketer", "/admin/"),
    "plan": ("marketer", "/admin/campaigns/marketingplan/2/change/"),
    "segment": ("marketer", "/admin/campaigns/segment/1/change/"),
    "results": ("marketer", "/admin/campaigns/campaign/1/change/?tab=results"),
}


def sign_in(page: Page, address: str, login: str) -> None:
    page.goto(f"{address}/admin/login/")
    page.fill("input[name=username]", f"{login}@tandem.example")
    page.fill("input[name=password]", "tandem")
    page.click("button[type=submit]")
    page.wait_for_url("**/admin/")


def take_all(address: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, (login, path) in PICTURES.items():
            context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
            page = context.new_page()
            sign_in(page, address, login)
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(800)
            page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    take_all(sys.argv[1])
