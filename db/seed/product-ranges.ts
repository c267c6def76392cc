/** What a shop of a dozen categories sells: a range is sorts of things, each in every style. */
export interface Range {
  readonly category: string;
  readonly name: string;
  /** Begins the SKUs. */
  readonly code: string;
  readonly things: readonly string[];
  readonly styles: readonly string[];
  readonly variants: readonly string[];
  /** Minor units. */
  readonly prices: readonly [lowest: number, highest: number];
  readonly praise: string;
}

const woods = ["Oak", "Walnut", "Ash", "Birch", "Cherry", "Maple", "Bamboo", "Beech", "Teak", "Pine", "Cork"];
const cloths = [
  "Linen",
  "Wool",
  "Cotton",
  "Merino",
  "Flannel",
  "Denim",
  "Corduroy",
  "Alpaca",
  "Hemp",
  "Jersey",
  "Tweed",
];
const tones = ["Ivory", "Slate", "Copper", "Indigo", "Moss", "Sand", "Coral", "Graphite", "Amber", "Cobalt", "Plum"];
const trails = [
  "Alpine",
  "Coastal",
  "Forest",
  "Summit",
  "River",
  "Canyon",
  "Meadow",
  "Polar",
  "Desert",
  "Island",
  "Ridge",
];
const tastes = [
  "Orange",
  "Ginger",
  "Vanilla",
  "Cocoa",
  "Lemon",
  "Mint",
  "Honey",
  "Cardamom",
  "Cherry",
  "Hazelnut",
  "Rose",
];

const sizes = ["Small", "Medium", "Large", "Extra Large"];
const pieces = ["Single", "Set of Two", "Set of Four"];

export const ranges: readonly Range[] = [
  {
    ...{
      category: "lighting",
      name: "Lighting",
      code: "LGT",
      styles: tones,
      variants: ["Warm", "Neutral", "Dimmable"],
    },
    things: [
      "Desk Lamp",
      "Floor Lamp",
      "Pendant",
      "Wall Light",
      "Table Lantern",
      "Reading Light",
      "Night Light",
      "Spotlight",
    ],
    ...{ prices: [1_900, 24_900], praise: "Gives an even light and stays cool to the touch." },
  },
  {
    ...{
      category: "furniture",
      name: "Furniture",
      code: "FUR",
      styles: woods,
      variants: ["Natural", "Oiled", "Black"],
    },
    things: ["Side Table", "Bookshelf", "Stool", "Armchair", "Bench", "Dresser", "Coat Stand", "Desk"],
    ...{ prices: [4_900, 89_900], praise: "Joined by hand and packed flat; assembly takes a quarter of an hour." },
  },
  {
    ...{ category: "kitchen", name: "Kitchen", code: "KIT", styles: woods, variants: pieces },
    things: [
      "Cutting Board",
      "Serving Tray",
      "Salad Bowl",
      "Spice Rack",
      "Rolling Pin",
      "Knife Block",
      "Spoon Rest",
      "Trivet",
    ],
    ...{ prices: [900, 12_900], praise: "Made for daily use and easy to clean." },
  },
  {
    ...{ category: "clothing", name: "Clothing", code: "CLO", styles: cloths, variants: sizes },
    things: ["Shirt", "Sweater", "Jacket", "Trousers", "Cardigan", "Overshirt", "Dress", "Scarf"],
    ...{ prices: [2_900, 19_900], praise: "Cut a little loose, and softer with each wash." },
  },
  {
    ...{ category: "shoes", name: "Shoes", code: "SHO", styles: trails, variants: ["38", "40", "42", "44"] },
    things: ["Sneaker", "Hiking Boot", "Sandal", "Loafer", "Running Shoe", "Slipper", "Chelsea Boot", "Clog"],
    ...{ prices: [3_900, 22_900], praise: "Resoled by us for as long as you walk in them." },
  },
  {
    ...{ category: "books", name: "Books", code: "BOO", styles: trails, variants: ["Paperback", "Hardcover"] },
    things: ["Atlas", "Cookbook", "Field Guide", "Novel", "Sketchbook", "History", "Almanac", "Reader"],
    ...{ prices: [900, 5_900], praise: "Printed on uncoated paper, with a ribbon to keep your place." },
  },
  {
    ...{ category: "toys", name: "Toys", code: "TOY", styles: tones, variants: pieces },
    things: ["Building Blocks", "Puzzle", "Train", "Kite", "Spinning Top", "Marble Run", "Memory Game", "Doll House"],
    ...{ prices: [700, 7_900], praise: "Tested by four-year-olds, who do not go easy on it." },
  },
  {
    ...{ category: "garden", name: "Garden", code: "GAR", styles: tones, variants: ["Small", "Medium", "Large"] },
    things: [
      "Planter",
      "Watering Can",
      "Trowel",
      "Bird House",
      "Hanging Basket",
      "Garden Gloves",
      "Rain Gauge",
      "Pruner",
    ],
    ...{ prices: [800, 9_900], praise: "Stands rain, frost and a summer in full sun." },
  },
  {
    ...{
      category: "outdoor",
      name: "Outdoor",
      code: "OUT",
      styles: trails,
      variants: ["One Person", "Two Persons", "Family"],
    },
    things: ["Tent", "Backpack", "Sleeping Bag", "Camp Stove", "Hammock", "Water Bottle", "Headlamp", "Picnic Blanket"],
    ...{ prices: [1_500, 39_900], praise: "Light enough to carry and sturdy enough to rely on." },
  },
  {
    ...{ category: "audio", name: "Audio", code: "AUD", styles: tones, variants: ["Standard", "Studio"] },
    things: ["Headphones", "Bookshelf Speaker", "Turntable", "Radio", "Earbuds", "Soundbar", "Microphone", "Amplifier"],
    ...{ prices: [2_900, 59_900], praise: "A clear, unforced sound at any volume." },
  },
  {
    ...{
      category: "tea-and-coffee",
      name: "Tea And Coffee",
      code: "TEA",
      styles: tastes,
      variants: ["100 g", "250 g", "1 kg"],
    },
    things: ["Black Tea", "Green Tea", "Espresso Beans", "Filter Coffee", "Herbal Tea", "Cold Brew", "Rooibos", "Chai"],
    ...{ prices: [500, 4_900], praise: "Packed the week it is roasted or blended." },
  },
  {
    ...{ category: "stationery", name: "Stationery", code: "STA", styles: tones, variants: pieces },
    things: [
      "Notebook",
      "Fountain Pen",
      "Desk Pad",
      "Letter Set",
      "Pencil Case",
      "Planner",
      "Card Holder",
      "Ink Bottle",
    ],
    ...{ prices: [400, 8_900], praise: "Opens flat and takes ink without bleeding." },
  },
];
