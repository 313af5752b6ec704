/** Words for individual values: short, plain, none the beginning of another's meaning. 256 of them, 8 bits each. NEVER change the list. */
export const WORDS: readonly string[] = `
acorn amber anchor anvil apple apron arrow aspen atlas autumn badge bagel bamboo banjo barley basil
basin beacon beaver beetle bell berry birch bishop blossom bobbin bonnet bottle bramble branch bread
breeze brick bridge bronze brook broom bucket buckle bugle burrow butter button cabin cactus camel canal
candle canoe canvas carbon cargo carrot castle cedar cellar chalk cherry chess chestnut cider cinder
circus citrus clay clover cobalt cobble comet compass copper coral cork cotton cradle crane crayon
cricket crystal curtain cypress daisy dawn delta denim desert dew diamond dolphin domino donkey dragon
drift drum dune eagle easel echo elbow elder ember engine fable falcon feather fern ferry fiddle fig
finch flame flask flax flint flute fog forest fossil fox frost garden garlic garnet geyser ginger
glacier glove goblet granite grape gravel grove guitar gull hammer harbor harp harvest hazel heather
heron hinge honey horizon hornet indigo iris island ivory ivy jacket jade jasmine jigsaw juniper kayak
kettle kiln kite kiwi ladder lagoon lantern larch lark lava lemon lentil lilac lily linen lizard locket
lotus lynx magnet magpie mango maple marble marlin marsh meadow melon meteor mint mirror mitten moss
moth mustard nectar needle nickel north nutmeg oak oasis oat ocean olive onion opal orbit orchid otter
oyster paddle palm panda papaya paper parrot pasta peach pear pearl pebble pepper piano pigeon pillow
pine planet plum pocket pollen pond poplar poppy prism puffin pumpkin quail quartz quill quilt rabbit
radish raft rain raven reed ribbon ripple river robin rocket rose ruby saddle saffron sage salmon sand
sapphire
`
  .trim()
  .split(/\s+/);
