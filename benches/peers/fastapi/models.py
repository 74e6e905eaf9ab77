"""What is asked and answered."""
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field


class Topic(BaseModel):
    id: UUID
    slug: str
    title: str
    summary: str
    tags: list[str]
    language: str
    status: str
    origin: Any
    version: int
    created_at: datetime
    updated_at: datetime


class PageInfo(BaseModel):
    next_cursor: str | None


class TopicPage(BaseModel):
    data: list[Topic]
    page: PageInfo


class TopicPatch(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    summary: Annotated[str, Field(max_length=50_000)] | None = None
    tags: list[str] | None = None


class Citation(BaseModel):
    id: UUID
    slug: str
    source: str
    exact: str
    start: int
    end: int


class OutlineArgument(BaseModel):
    id: UUID
    slug: str
    claim: str
    repeated: bool
    body: str | None = None
    language: str | None = None
    citations: list[Citation]
    relations: "list[OutlineRelation]"


class OutlineRelation(BaseModel):
    id: UUID
    slug: str
    kind: str
    scheme: str | None
    symmetric: bool
    citations: list[Citation]
    premises: list[OutlineArgument]
    relations: "list[OutlineRelation]"


class OutlinePosition(BaseModel):
    id: UUID
    slug: str
    statement: str
    summary: str
    rank: int
    citations: list[Citation]
    relations: list[OutlineRelation]


class Unplaced(BaseModel):
    arguments: list[OutlineArgument]
    relations: list[OutlineRelation]


class Outline(BaseModel):
    topic: Topic
    revision: int
    citations: list[Citation]
    positions: list[OutlinePosition]
    unplaced: Unplaced


class NewArgument(BaseModel):
    claim: Annotated[str, Field(min_length=1, max_length=1000)]
    body: Annotated[str, Field(max_length=50_000)] = ""
    language: str | None = None


class Argument(BaseModel):
    id: UUID
    topic_id: UUID
    slug: str
    claim: str
    body: str
    language: str
    origin: Any
    version: int
    created_at: datetime
    updated_at: datetime


class TopicHead(BaseModel):
    id: UUID
    slug: str
    title: str


class Place(BaseModel):
    html: str


class Hit(BaseModel):
    kind: str
    id: UUID
    slug: str
    url: str
    topic: TopicHead
    title: str
    place: Place
    rank: float


class Hits(BaseModel):
    data: list[Hit]
    page: PageInfo
