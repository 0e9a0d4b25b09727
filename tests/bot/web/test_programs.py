"""What programs do, by `gradio_client`; and what visitors' browsers may not."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import gradio as gr
import httpx2
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from bot.web.tryon.panel import Panel
from tasks.records import Control, Place, WorkerReport
from tests.bot.kit import in_loop
from tests.bot.web.kit import Site

SAMPLES = Path("bot/web/assets")
PERSON, GARMENT = SAMPLES / "person1.png", SAMPLES / "garment1.png"


def client(page: Site, folder: Path, language: str = "en") -> Client:
    return Client(f"{page.url}/{language}/", verbose=False, download_files=folder, analytics_enabled=False)


def agreed(page: Site, folder: Path, language: str = "en") -> Client:
    program = client(page, folder, language)
    program.predict(program.predict(api_name="/terms")["version"], api_name="/agree")
    return program


def test_a_program_agrees_asks_waits_and_has_the_picture(page: Site, tmp_path: Path) -> None:
    program = agreed(page, tmp_path)
    left = program.predict(api_name="/quota")["left"]
    with page.working():
        picture, told = program.predict(
            handle_file(PERSON), handle_file(GARMENT), steps=7, seed=5, api_name="/tryon"
        )
    assert Path(picture).read_bytes() == page.picture
    assert told["state"] == "succeeded"
    assert (told["steps"], told["seed"]) == (7, 5)
    assert "Made by AI" in told["text"]
    assert program.predict(api_name="/quota")["left"] == left - 1
    assert program.predict(5, api_name="/jobs")[0]["job"] == told["job"]
    again = program.predict(told["job"], api_name="/picture")
    assert Path(again).read_bytes() == page.picture
    job = page.desk.job(told["job"])
    assert job.request.options["guidance_scale"] == 1.5, "as the mini model likes it"
    assert not list(page.folder.glob("gradio/**/*.png")), "nothing lies about unencrypted"


def test_no_photo_is_taken_in_before_the_terms_are_agreed_to(page: Site, tmp_path: Path) -> None:
    program = client(page, tmp_path)
    photo = {"files": PERSON.read_bytes()}
    answer = httpx2.post(f"{page.url}/en/gradio_api/upload", files=photo, cookies=program.cookies)
    assert answer.status_code == 400
    assert "agree to the terms" in answer.text


def test_a_program_cancels_in_turkish(page: Site, tmp_path: Path) -> None:
    program = agreed(page, tmp_path, "tr")
    hold = threading.Event()
    with page.working(hold=hold):
        job = program.submit(handle_file(PERSON), handle_file(GARMENT), api_name="/tryon")
        while not (running := [one for one in program.predict(1, api_name="/jobs") if one["step"]]):
            pass
        program.predict(running[0]["job"], api_name="/cancel")
    with pytest.raises(AppError, match=r"İptal edildi.*\[cancelled\]"):
        job.result(timeout=20)


@pytest.mark.slow
def test_a_program_hears_of_a_removed_picture_and_objects_once(page: Site, tmp_path: Path) -> None:
    program = agreed(page, tmp_path, "tr")
    with page.working():
        _, told = program.predict(handle_file(PERSON), handle_file(GARMENT), api_name="/tryon")
    page.desk.remove_job(None, told["job"])
    (notice,) = program.predict(True, api_name="/notices")
    assert (notice["job"], notice["verdict"], notice["may_object"]) == (told["job"], "removed", True)
    assert "kaldırdı" in notice["text"]
    assert program.predict(False, api_name="/notices") == []
    assert "okuyacak" in program.predict(told["job"], "that is me", api_name="/object")
    with pytest.raises(AppError, match=r"zaten itiraz ettin.*\[appeal_stands\]"):
        program.predict(told["job"], "really", api_name="/object")
    (appeal,) = page.desk.open_appeals(Place("web", "page"))
    page.desk.decide_appeal(None, appeal.id, granted=True)
    assert [one["verdict"] for one in program.predict(True, api_name="/notices")] == ["granted"]


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "needs weights that are not installed"), ("tr", "kurulu olmayan ağırlık")]
)
@in_loop
async def test_where_no_weights_are_there_the_page_says_so(page: Site, language: str, shown: str) -> None:
    with gr.Blocks():
        panel = Panel(page.house, page.house.speech.tongue(language), Control.POSE)
    try:
        page.desk.report_worker(WorkerReport("bare", True, (), 0, None, None))
        told, button = await panel.look_for_means()
        assert shown in told["value"]
        assert (told["visible"], button["interactive"]) == (True, False)
        page.desk.report_worker(WorkerReport("mini", False, ("deep_fashion",), 0, None, None))
        told, button = await panel.look_for_means()
        assert (told["visible"], button["interactive"]) == (False, True), "one that can is enough"
    finally:
        for name in ("bare", "mini"):
            page.desk.worker_left(name)


def test_a_program_finds_a_mask_for_free_and_gives_its_own(page: Site, tmp_path: Path) -> None:
    program = agreed(page, tmp_path)
    before = program.predict(api_name="/quota")["used"]
    with page.working():
        mask = program.predict(handle_file(PERSON), api_name="/mask")
    assert Path(mask).read_bytes() == page.mask
    assert program.predict(api_name="/quota")["used"] == before
    with page.working():
        _, told = program.predict(
            handle_file(PERSON), handle_file(GARMENT), mask=handle_file(mask), api_name="/tryon"
        )
    assert page.desk.job(told["job"]).request.mask_key is not None


def test_errors_are_sentences_with_codes(page: Site, tmp_path: Path) -> None:
    program = agreed(page, tmp_path)
    with pytest.raises(AppError, match=r"\[option_invalid\]"):
        program.predict(handle_file(PERSON), handle_file(GARMENT), steps=1000, api_name="/tryon")
    with pytest.raises(AppError, match=r"\[unknown_job\]"):
        program.predict(999_999, api_name="/cancel")


def test_pictures_and_jobs_of_others_are_not_to_be_had(page: Site, tmp_path: Path) -> None:
    program = agreed(page, tmp_path / "a")
    with page.working():
        _, told = program.predict(handle_file(PERSON), handle_file(GARMENT), api_name="/tryon")
    job = page.desk.job(told["job"])
    stranger = agreed(page, tmp_path / "b")
    with pytest.raises(AppError, match=r"\[not_owner\]"):
        stranger.predict(told["job"], api_name="/picture")
    for key in (job.result_key, job.request.source_key):
        assert key is not None
        path = f"{page.folder}/gradio/{key.partition('/')[2]}/photo.png"
        where = f"{page.url}/en/gradio_api/file={path}"
        assert httpx2.get(where).status_code == 401
        assert httpx2.get(where, cookies=stranger.cookies).status_code == 404
        answer = httpx2.get(where, cookies=program.cookies)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-store"
        Image.open(io.BytesIO(answer.content)).verify()


@pytest.mark.parametrize(
    "path",
    [
        "/en/gradio_api/file=/etc/passwd",
        "/en/gradio_api/file=https://example.org/",
        "/en/gradio_api/file=../../desk.db",
        "/en/gradio_api/proxy=https://example.org/",
        "/en/gradio_api/vibe-code/",
        "/en/gradio_api/deep_link",
        "/en/monitoring",
        "/openapi.json",
        "/docs",
    ],
)
def test_other_doors_of_gradio_are_shut(page: Site, path: str) -> None:
    cookies = httpx2.get(f"{page.url}/en/config").cookies
    assert httpx2.get(page.url + path, cookies=cookies).status_code in (403, 404)


def test_another_hosts_name_is_not_answered(page: Site) -> None:
    answer = httpx2.get(f"{page.url}/en/config", headers={"Host": "evil.example"})
    assert answer.status_code == 400
